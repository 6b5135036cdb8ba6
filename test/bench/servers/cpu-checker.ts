/** `node cpu-checker.ts <url> <count>`: checks the URL that often and prints the CPU per check, in ms. */
import { makeResolver } from "../../../lib/probe/lookup/resolver.ts";
import { checkerOf, endpointOf, systemClock } from "../../support/checks.ts";

const [url = "", count = "0"] = process.argv.slice(2);
const CONCURRENCY = 50;
/** Compiling the hot paths is paid once in the life of a monitor. */
const WARM_UP = 2_000;

const checker = checkerOf({ resolver: makeResolver({ resolver: "dns", clock: systemClock }) });

async function checkMany(total: number): Promise<void> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { outcome } = await checker.check(endpointOf(url), { retry: false });
      if (outcome !== "ok") throw new Error(outcome.message);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

await checker.warmUp();
await checkMany(WARM_UP);
const before = process.cpuUsage();
await checkMany(Number(count));
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1_000 / Number(count));
checker.close();
