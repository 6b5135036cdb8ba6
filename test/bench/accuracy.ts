/**
 * How far the measured time to first byte is from the server's own: 500 endpoints asked for at once, one core, a server
 * that takes 100 ms. What everything else in a monitor rests on.
 */
import { join } from "node:path";
import { type BenchResult, median, quantile } from "./bench.ts";
import type { AccuracyRun } from "./servers/accuracy-checker.ts";
import { CORE, nodeCommand, pinningNote, runToEnd, startService } from "./servers/pinned.ts";

export const title =
  "TTFB error against the server's own stamps, 500 HTTPS endpoints, 100 ms server, one core";

const RUNS = 5;
const DELAY_MS = 100;
const script = (name: string): string => join(import.meta.dirname, "servers", name);

async function runs(): Promise<AccuracyRun[]> {
  const server = await startService(CORE.peer, nodeCommand(script("stamping-server.ts"), String(DELAY_MS)));
  try {
    const results: AccuracyRun[] = [];
    for (let i = 0; i < RUNS; i++)
      results.push(
        JSON.parse(await runToEnd(CORE.measured, nodeCommand(script("accuracy-checker.ts"), server.said))),
      );
    return results;
  } finally {
    await server.stop();
  }
}

export async function run(): Promise<BenchResult> {
  const all = await runs();
  const over = (value: (run: AccuracyRun) => number): number => median(all.map(value));
  const error = (q: number): number => over(({ errorsMs }) => quantile(errorsMs, q));
  const share = (count: (run: AccuracyRun) => number): number =>
    over((run) => (100 * count(run)) / (run.errorsMs.length + run.failed));
  return {
    rows: [
      { what: "TTFB error, p50", value: error(0.5), unit: "ms", limit: 0.5 },
      { what: "TTFB error, p95", value: error(0.95), unit: "ms", limit: 2 },
      { what: "TTFB error, p99", value: error(0.99), unit: "ms", limit: 5 },
      {
        what: "checks",
        value: over((one) => one.checksPerSecond),
        unit: "checks/s",
        limit: 550,
        bound: "atLeast",
      },
      { what: "flagged", value: share(({ flagged }) => flagged), unit: "%", limit: 2 },
      { what: "failed", value: Math.max(...all.map(({ failed }) => failed)), unit: "checks", limit: 0 },
      { what: "CPU per check", value: over((one) => one.cpuMsPerCheck), unit: "ms" },
    ],
    notes: [
      `Median of ${RUNS} runs of 3,000 checks, after 2,000 unmeasured ones; flagged measurements are included. ${pinningNote()}`,
    ],
  };
}
