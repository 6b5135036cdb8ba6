/**
 * How far the measured time to first byte is from the server's own: 500 endpoints asked for at once, one core, a server
 * that takes 100 ms. What everything else in a monitor rests on.
 */
import { join } from "node:path";
import { type BenchResult, median, quantile } from "./bench.ts";
import type { AccuracyRun } from "./servers/accuracy-checker.ts";
import { CORE, nodeCommand, pinningNote, runToEnd } from "./servers/pinned.ts";
import { startStampingServer } from "./servers/stamping.ts";

export const title =
  "TTFB error against the server's own stamps, 500 HTTPS endpoints, 100 ms server, one core";

const RUNS = 5;
const DELAY_MS = 100;
const BARE_CHECKS = 2_000;
/** An error of this size is what a flag is there to tell (docs/decisions/0012). */
const DOUBTFUL_MS = 5;
/**
 * 550 checks a second were set on a core where a check over bare TLS sockets costs 0.59 ms. Machines differ and are
 * shared: what is held is the same part of what bare sockets reach on this core, in this run.
 */
const RATE = { checksPerSecond: 550, bareMs: 0.59 };
const script = (name: string): string => join(import.meta.dirname, "servers", name);

interface Sample extends AccuracyRun {
  bareMs: number;
}

async function runs(): Promise<{ all: Sample[]; server: string }> {
  const server = await startStampingServer(DELAY_MS);
  try {
    const measure = (name: string, ...args: string[]) =>
      runToEnd(CORE.measured, nodeCommand(script(name), server.said, ...args));
    const results: Sample[] = [];
    for (let i = 0; i < RUNS; i++) {
      const bareMs = Number(await measure("bare-checker.ts", String(BARE_CHECKS)));
      results.push({ ...JSON.parse(await measure("accuracy-checker.ts")), bareMs });
    }
    return { all: results, server: server.name };
  } finally {
    await server.stop();
  }
}

/** What a flag is worth: how far off those are that have none. */
function honestyOf(all: readonly Sample[]): BenchResult["rows"] {
  const errorsMs = all.flatMap(({ unflaggedErrorsMs }) => unflaggedErrorsMs);
  const doubtful = errorsMs.filter((ms) => ms > DOUBTFUL_MS).length;
  return [
    { what: "without a flag: TTFB error, p99", value: quantile(errorsMs, 0.99), unit: "ms" },
    { what: "without a flag: TTFB error, largest", value: quantile(errorsMs, 1), unit: "ms" },
    {
      what: `without a flag: off by over ${DOUBTFUL_MS} ms`,
      value: (100 * doubtful) / errorsMs.length,
      unit: "%",
    },
  ];
}

export async function run(): Promise<BenchResult> {
  const { all, server } = await runs();
  const over = (value: (run: Sample) => number): number => median(all.map(value));
  const error = (q: number): number => over(({ errorsMs }) => quantile(errorsMs, q));
  const share = (count: (run: Sample) => number): number =>
    over((run) => (100 * count(run)) / (run.errorsMs.length + run.failed));
  return {
    rows: [
      { what: "TTFB error, p50", value: error(0.5), unit: "ms", limit: 0.5 },
      { what: "TTFB error, p95", value: error(0.95), unit: "ms", limit: 2 },
      { what: "TTFB error, p99", value: error(0.99), unit: "ms", limit: 5 },
      {
        what: "checks, of what bare TLS sockets reach",
        value: over((one) => one.checksPerSecond * (one.bareMs / 1_000)),
        unit: "x",
        limit: (RATE.checksPerSecond * RATE.bareMs) / 1_000,
        bound: "atLeast",
      },
      { what: "checks", value: over((one) => one.checksPerSecond), unit: "checks/s" },
      { what: "CPU per check over bare TLS sockets", value: over((one) => one.bareMs), unit: "ms" },
      { what: "flagged", value: share(({ flagged }) => flagged), unit: "%", limit: 2 },
      ...honestyOf(all),
      { what: "failed", value: Math.max(...all.map(({ failed }) => failed)), unit: "checks", limit: 0 },
      { what: "CPU per check", value: over((one) => one.cpuMsPerCheck), unit: "ms" },
    ],
    notes: [
      `Median of ${RUNS} runs of 3,000 checks, after 2,000 unmeasured ones; flagged measurements are included. The rate stands for ${RATE.checksPerSecond} checks/s on a core where a bare check costs ${RATE.bareMs} ms. Server: ${server}. ${pinningNote()}`,
    ],
  };
}
