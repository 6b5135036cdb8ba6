import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { entry, makeFolder, program } from "../e2e/support/vigie.ts";
import { type BenchResult, median } from "./bench.ts";
import { CORE, nodeCommand, pinned, pinningNote, startService } from "./servers/pinned.ts";

export const title = "5,000 endpoints every minute in one process: punctuality and memory";

const ENDPOINTS = 5_000;
/** Five real minutes; fewer only to try the benchmark itself. */
const MINUTES = Number(process.env["CAPACITY_MINUTES"] ?? 5);
const MINUTE = 60_000;
/** The first look at everything comes beside the schedule, and leaves out regular ticks that would follow at once. */
const SETTLE_MS = 40_000;
const SAMPLE_MS = 1_000;
const MB = 1_048_576;
const LATE_MS = 5_000;
const RSS_LIMIT_MB = 300;
/** What the medians of two minutes may differ by without anything growing. */
const GROWTH_LIMIT_MB = 3;

interface Sample {
  at: number;
  rssMb: number;
}

/** Half HTTP, half HTTPS, each URL its own; the canary lives beside them. */
function configOf(http: string, https: string): object {
  return {
    canaries: [http],
    defaults: { interval: "60s", tls: { verify: false } },
    endpoints: Array.from({ length: ENDPOINTS }, (_, i) => ({
      id: `site-${i}`,
      url: `${i % 2 === 0 ? http : https}/${i}`,
    })),
  };
}

async function rssOf(pid: number): Promise<number> {
  const pages = (await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1];
  return (Number(pages) * 4_096) / MB;
}

/** One sample a second until `until` (epoch ms). */
async function watchMemory(pid: number, until: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (Date.now() < until) {
    samples.push({ at: Date.now(), rssMb: await rssOf(pid) });
    await sleep(SAMPLE_MS);
  }
  return samples;
}

interface Punctuality {
  /** Ticks of the measured minutes that were recorded, and that should have been. */
  recorded: number;
  expected: number;
  failed: number;
  latestMs: number;
  late: number;
}

/** How punctual the ticks scheduled in the measured minutes began. */
async function punctualityOf(data: string, from: number): Promise<Punctuality> {
  const stores = openSqlite(join(data, "vigie.db"), { readOnly: true });
  const found = { recorded: 0, expected: ENDPOINTS * MINUTES, failed: 0, latestMs: 0, late: 0 };
  for (let at = from; at < from + MINUTES * MINUTE; at += MINUTE) {
    for (const { scheduledAt, startedAt, outcome } of await stores.ticks.all(
      "default",
      at,
      at + MINUTE - 1,
    )) {
      const lateness = startedAt - scheduledAt;
      found.recorded++;
      if (outcome !== "ok") found.failed++;
      if (lateness > LATE_MS) found.late++;
      found.latestMs = Math.max(found.latestMs, lateness);
    }
  }
  stores.close();
  return found;
}

const medianRss = (samples: readonly Sample[], from: number, until: number): number =>
  median(samples.filter(({ at }) => at >= from && at < until).map(({ rssMb }) => rssMb));

function resultOf(
  samples: readonly Sample[],
  from: number,
  found: Punctuality,
  cpuShare: number,
): BenchResult {
  const until = from + MINUTES * MINUTE;
  const third = Math.max(from, until - 3 * MINUTE);
  const growth = medianRss(samples, until - MINUTE, until) - medianRss(samples, third, third + MINUTE);
  return {
    rows: [
      { what: "checks recorded", value: found.recorded, unit: "", limit: found.expected, bound: "atLeast" },
      { what: "checks more than 5 s late", value: found.late, unit: "", limit: 0 },
      { what: "latest start after its time", value: found.latestMs, unit: "ms", limit: LATE_MS },
      { what: "checks that failed", value: found.failed, unit: "", limit: 0 },
      {
        what: "RSS, most",
        value: Math.max(...samples.map(({ rssMb }) => rssMb)),
        unit: "MB",
        limit: RSS_LIMIT_MB,
      },
      { what: "RSS, growth over the last three minutes", value: growth, unit: "MB", limit: GROWTH_LIMIT_MB },
      { what: "CPU of one core", value: 100 * cpuShare, unit: "%" },
    ],
    notes: [
      `${MINUTES} real minutes, from the first full one after 40 s, half HTTP, half HTTPS, new connections, certificates not verified.`,
      "Growth: the median RSS of the last minute less that of the third from last, one sample a second.",
      pinningNote(),
    ],
  };
}

/** Seconds of CPU that a process has used, both modes, all threads (proc(5), fields 14 and 15). */
async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export async function run(): Promise<BenchResult> {
  await using folder = await makeFolder();
  const data = join(folder.path, "data");
  const config = join(folder.path, "vigie.yaml");
  const server = await startService(
    CORE.peer,
    nodeCommand(join(import.meta.dirname, "servers/plain-server.ts")),
  );
  try {
    const [http, https] = server.said.split(" ");
    await writeFile(
      config,
      JSON.stringify(configOf(`http://127.0.0.1:${http}`, `https://127.0.0.1:${https}`)),
    );
    const words = ["start", "--no-ui", "--port", "0", "--config", config, "--data", data];
    await using running = program(...pinned(CORE.measured, nodeCommand(entry, ...words)));
    await running.line(/listening on/);
    const from = Math.ceil((Date.now() + SETTLE_MS) / MINUTE) * MINUTE;
    const until = from + MINUTES * MINUTE;
    const before = await watchMemory(running.pid, from);
    const cpu = await cpuSeconds(running.pid);
    const samples = await watchMemory(running.pid, until);
    const cpuShare = ((await cpuSeconds(running.pid)) - cpu) / (MINUTES * 60);
    await sleep(LATE_MS); // what was due at the very end
    running.kill("SIGTERM");
    await running.ended;
    return resultOf([...before, ...samples], from, await punctualityOf(data, from), cpuShare);
  } finally {
    await server.stop();
  }
}
