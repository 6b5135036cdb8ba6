/** How large each function's bundle is, and how long a fresh process takes to load it: what a cold start begins with. */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFunctions, type FunctionName } from "../../scripts/bundle.ts";
import { type BenchResult, type BenchRow, median } from "./bench.ts";
import { CORE, runToEnd } from "./servers/pinned.ts";

export const title = "size and import time of every function's bundle, median of 10 fresh processes";

const RUNS = 10;
const LIMITS = { probe: { kb: 700, ms: 90 }, others: { kb: 600, ms: 80 } } as const;

/** Times the import alone: node's own start is the same for all. */
const TIMED = `const from = performance.now();
await import(process.argv[1]);
console.log(performance.now() - from);
process.exit(0);`;

const limitsOf = (name: FunctionName) => (name === "probe" ? LIMITS.probe : LIMITS.others);

const QUEUE = "https://sqs.eu-west-3.amazonaws.com/123456789012/queue";

/** All that any function reads while loading. No address in them is connected to by loading. */
const environment: Readonly<Record<string, string>> = {
  AWS_REGION: "eu-west-3",
  AWS_ACCESS_KEY_ID: "none",
  AWS_SECRET_ACCESS_KEY: "none",
  HOME_REGION: "eu-west-3",
  REGIONS: "eu-west-3,us-east-1",
  CONFIG_TABLE: "config",
  ALERTS_TABLE: "alerts",
  TICKS_TABLE: "ticks",
  HISTORY_TABLE: "history",
  TICK_RETENTION_MS: "172800000",
  HOUR_RETENTION_MS: "34560000000",
  DAY_RETENTION_MS: "157680000000",
  SHARD_SIZE: "500",
  CANARIES: "https://example.com/",
  FAILURES_URL: "https://home.execute-api.eu-west-3.amazonaws.com/internal/failures",
  FAILURES_QUEUE_URL: QUEUE,
  FORWARD_QUEUE_URL: QUEUE,
  ROUNDS_QUEUE_URL: QUEUE,
  ROLLUP_QUEUE_URL: QUEUE,
  METRICS_QUEUE_URL: QUEUE,
  PROBE_FUNCTION: "probe",
  SLOW_FUNCTION: "probe-slow",
  TOPIC_ARN_PREFIX: "arn:aws:sns:eu-west-3:123456789012:vigie-",
  INFLUX_URL: "https://influx.example/",
  INFLUX_DATABASE: "vigie",
  INFLUX_SECRET: "influx",
  VERSION: "0.0.0",
};

async function importMs(file: string): Promise<number> {
  const node = [process.execPath, "--input-type=module", "-e", TIMED, file];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return Number(await runToEnd(CORE.measured, ["env", ...variables, ...node]));
}

async function measure(folder: string, name: FunctionName): Promise<BenchRow[]> {
  const file = join(folder, name, "index.mjs");
  const limits = limitsOf(name);
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) times.push(await importMs(file));
  const beside = await stat(join(folder, name, "re2js.cjs")).catch(() => null);
  return [
    ...(beside === null ? [] : [{ what: `${name}: beside it`, value: beside.size / 1_024, unit: "KB" }]),
    { what: `${name}: size`, value: (await stat(file)).size / 1_024, unit: "KB", limit: limits.kb },
    { what: `${name}: import`, value: median(times), unit: "ms", limit: limits.ms },
  ];
}

export async function run(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bundles-"));
  try {
    const rows: BenchRow[] = [];
    for (const name of await bundleFunctions(folder)) rows.push(...(await measure(folder, name)));
    return {
      rows,
      notes: [
        "Minified, source maps beside; KB of 1,024 bytes.",
        "Beside it: the engine of regular expressions, which is loaded when the first one is compiled.",
      ],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
