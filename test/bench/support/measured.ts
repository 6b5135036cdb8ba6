/** Everything that the cost model needs, measured and read. */
import { join } from "node:path";
import { LISTS_KEPT } from "../../../functions/probe/lists.ts";
import { CPU_SHARE } from "../../../lib/probe/machine.ts";
import { median } from "../bench.ts";
import { CORE, nodeCommand, runToEnd } from "../servers/pinned.ts";
import { startTarget } from "../servers/target.ts";
import type { Measured } from "./cost-model.ts";
import { startInstallation } from "./installation.ts";
import { sizesOf } from "./sizes.ts";
import { ANSWERING, startTargets } from "./target.ts";
import { standingOf } from "./templates.ts";
import { measureWorks } from "./works.ts";
import { SHARD_SIZE, SLOW_MS } from "./world.ts";

const CPU_RUNS = 3;
const CPU_CHECKS = 500;

async function cpuMsPerCheck(): Promise<number> {
  const target = await startTarget();
  try {
    const checker = join(import.meta.dirname, "../servers/cpu-checker.ts");
    const command = nodeCommand(checker, "https", String(target.ports.https), String(CPU_CHECKS));
    const runs: number[] = [];
    for (let i = 0; i < CPU_RUNS; i++) runs.push(Number(await runToEnd(CORE.measured, command)));
    return median(runs);
  } finally {
    await target.stop();
  }
}

/** Takes some two minutes. */
export async function measure(): Promise<Measured> {
  const cpuMs = await cpuMsPerCheck();
  await using targets = await startTargets(SLOW_MS);
  await using installation = await startInstallation({
    context: { probe: { canaries: [`http://${ANSWERING}/`] } },
    routes: targets.routes,
  });
  const { memoryMb, ...standing } = standingOf(installation.stacks);
  return {
    cpuMsPerCheck: cpuMs,
    cpuShare: CPU_SHARE,
    shardSize: SHARD_SIZE,
    listsKept: LISTS_KEPT,
    ...(await sizesOf()),
    ...standing,
    ...(await measureWorks({ installation, memoryMb })),
  };
}
