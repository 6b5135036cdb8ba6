/**
 * One tick on AWS: the probe's built bundle checks a full shard of HTTPS endpoints, each with a name of its own, and
 * writes what it found, on one core. What checks, lookups, the tables and a cold process cost each other shows here.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { makePlacement } from "../../lib/adapters/dynamodb/placement.ts";
import { makeTicks } from "../../lib/adapters/dynamodb/ticks.ts";
import { bareEndpoint } from "../../lib/core/endpoint/bare.ts";
import { type BenchResult, median, quantile } from "./bench.ts";
import { CORE, nodeCommand, pinned, pinningNote, pinSelf } from "./servers/pinned.ts";
import { startStampingServer } from "./servers/stamping.ts";
import { fetchStamps } from "./servers/stamps.ts";
import { CALL_MS } from "./support/assumptions.ts";
import { HOME, type Installation, invoke, REGIONS, startInstallation } from "./support/installation.ts";
import { seedShard } from "./support/seed.ts";
import { delayCalls, nextMinute } from "./support/work.ts";

export const title = "one probe invocation over 500 HTTPS endpoints of a 100 ms server, end to end, one core";

const ENDPOINTS = 500;
const DELAY_MS = 100;
const DNS_MS = 5;
const RUNS = 5;
/** Until hot paths are compiled: the first minutes of an environment that lives for hours. */
const WARM_UP = 3;
const SHARD = "minutes-1";
/** An address of the internet, which ends at the server here. */
const ADDRESS = "8.8.8.8";
const LIMITS = { ms: 2_500, rssMb: 220, p50: 0.5, p95: 2, p99: 5 };

const endpoints = Array.from({ length: ENDPOINTS }, (_, i) =>
  bareEndpoint(`site-${i}`, `https://e${i}.vigie.test/${i}`, { org: "default" }),
);

async function startNameServer() {
  const script = join(import.meta.dirname, "servers", "name-server.ts");
  const [program, args] = pinned(CORE.peer, nodeCommand(script, String(DNS_MS), ADDRESS));
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const [address] = await once(createInterface(child.stdout), "line");
  return { address: String(address), stop: () => child.stdin.end() };
}

const variables = (nameServer: string): Record<string, string> => ({
  NODE_EXTRA_CA_CERTS: join(import.meta.dirname, "../fixtures/certs/root.crt"),
  // The stacks' own flags (lib/infra/probe-region.ts), and what leads names to this machine.
  NODE_OPTIONS: `--max-semi-space-size=1 --v8-pool-size=1 --import ${pathToFileURL(join(import.meta.dirname, "support/ask-here.ts")).href}`,
  BENCH_NAME_SERVER: nameServer,
});

interface Sample {
  ms: number;
  rssMb: number;
  cpuMs: number;
  errorsMs: number[];
  flagged: number;
  /** Not recorded as ok. */
  failed: number;
}

const eventFor = (scheduledAt: number, shard: string) => ({
  v: 1,
  shard: { id: shard, version: "1", rounds: false },
  scheduledAt,
});

async function recordsOf({ tables }: Installation, at: number) {
  const placement = makePlacement(tables.config);
  const ticks = makeTicks(tables.ticks, { placement, regions: REGIONS, retentionMs: 0 });
  return ticks.ofShard({ shard: SHARD, region: HOME }, at, at);
}

async function tickOnce(installation: Installation, port: number): Promise<Sample> {
  const at = nextMinute(installation);
  const { wallMs, cpuMs, outcome } = await invoke(
    installation,
    installation.find(HOME, "probe"),
    eventFor(at, SHARD),
  );
  const stamps = await fetchStamps(port);
  const records = await recordsOf(installation, at);
  const good = records.filter((record) => record.outcome === "ok" && record.invalid === undefined);
  const stampOf = (id: string): number => stamps[id.replace("site-", "")] ?? Number.NaN;
  return {
    ms: wallMs,
    cpuMs,
    rssMb: outcome.kind === "answered" ? outcome.usage.rssBytes / 1_048_576 : Number.NaN,
    errorsMs: good.map(({ endpointId, firstByteMs }) => (firstByteMs ?? Number.NaN) - stampOf(endpointId)),
    flagged: records.filter(({ flags }) => flags.length > 0).length,
    failed: ENDPOINTS - good.length,
  };
}

async function samples(installation: Installation, port: number): Promise<{ first: Sample; warm: Sample[] }> {
  await seedShard(installation.tables.config, SHARD, endpoints);
  delayCalls(installation);
  pinSelf(CORE.measured);
  await invoke(installation, installation.find(HOME, "probe"), eventFor(nextMinute(installation), "empty"));
  pinSelf(CORE.peer);
  const all: Sample[] = [];
  for (let i = 0; i < WARM_UP + RUNS; i++) all.push(await tickOnce(installation, port));
  const [first] = all;
  if (first === undefined) throw new RangeError("no run");
  return { first, warm: all.slice(WARM_UP) };
}

function rowsOf(first: Sample, warm: readonly Sample[]): BenchResult["rows"] {
  const over = (value: (run: Sample) => number): number => median(warm.map(value));
  const error = (q: number): number => over(({ errorsMs }) => quantile(errorsMs, q));
  return [
    { what: "a tick, from event to answer", value: over(({ ms }) => ms), unit: "ms", limit: LIMITS.ms },
    {
      what: "RSS, most",
      value: Math.max(...warm.map(({ rssMb }) => rssMb)),
      unit: "MB",
      limit: LIMITS.rssMb,
    },
    { what: "TTFB error, p50", value: error(0.5), unit: "ms", limit: LIMITS.p50 },
    { what: "TTFB error, p95", value: error(0.95), unit: "ms", limit: LIMITS.p95 },
    { what: "TTFB error, p99", value: error(0.99), unit: "ms", limit: LIMITS.p99 },
    { what: "failed, most", value: Math.max(...warm.map(({ failed }) => failed)), unit: "checks", limit: 0 },
    { what: "flagged", value: over(({ flagged }) => (100 * flagged) / ENDPOINTS), unit: "%" },
    { what: "CPU of the tick", value: over(({ cpuMs }) => cpuMs), unit: "ms" },
    { what: "first tick of a process", value: first.ms, unit: "ms" },
    { what: "first tick: TTFB error, p95", value: quantile(first.errorsMs, 0.95), unit: "ms" },
    { what: "first tick: flagged", value: (100 * first.flagged) / ENDPOINTS, unit: "%" },
  ];
}

export async function run(): Promise<BenchResult> {
  const pinning = pinningNote(); // before this process is pinned itself
  const server = await startStampingServer(DELAY_MS);
  const names = await startNameServer();
  try {
    await using installation = await startInstallation({
      context: { probe: { canaries: [`https://canary.vigie.test/${ENDPOINTS}`] } },
      routes: { [`${ADDRESS}:443`]: `127.0.0.1:${server.said}` },
      variables: variables(names.address),
    });
    const { first, warm } = await samples(installation, Number(server.said));
    return {
      rows: rowsOf(first, warm),
      notes: [
        `Median of ${RUNS} ticks of one process after ${WARM_UP}; names take ${DNS_MS} ms, calls of AWS ${CALL_MS.near} ms. Server: ${server.name}. ${pinning}`,
      ],
    };
  } finally {
    names.stop();
    await server.stop();
  }
}
