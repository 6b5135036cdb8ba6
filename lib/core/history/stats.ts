import { type Apdex, apdexOf } from "../apdex/apdex.ts";
import { quantileReader } from "./sketch.ts";
import type { LatencyTally, Tally } from "./tally.ts";
import type { StatsWindow } from "./window.ts";

/**
 * Milliseconds, to 0.01; null without a timing. Average and maximum are exact, percentiles (nearest rank) at most
 * 1 % off. They are of unflagged checks that got a whole answer (see `hasTimings`): time-outs have no response time.
 */
export interface LatencyStats {
  count: number;
  avgMs: number | null;
  maxMs: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export interface StatsSummary {
  /** ok / (ok + failed), 0 to 1; null without a record that counts. */
  availability: number | null;
  ok: number;
  failed: number;
  /** Outcomes that were our own fault: they count nowhere else. */
  invalid: number;
  /** HTTP status -> count; without a status `ok`, or the family of the failure's type. */
  byStatus: Record<string, number>;
  /** Total over all hops, name lookup included. */
  response: LatencyStats;
  /** From the request sent to the first byte of the answer. */
  firstByte: LatencyStats;
  apdex: Apdex;
}

/** Statistics of one endpoint. Times are epoch ms. */
export interface Stats extends StatsSummary {
  window: StatsWindow;
  /** Ticks after this count; windows over 24 h begin with a whole hour, that hour's first tick included. */
  since: number;
  /** Ticks up to and including this. */
  until: number;
  /** By region; left out in lists. */
  perRegion?: Record<string, StatsSummary>;
}

const round = (ms: number): number => Math.round(ms * 100) / 100;

function latencyStats({ count, sumMs, maxMs, sketch }: LatencyTally): LatencyStats {
  if (count === 0) return { count, avgMs: null, maxMs: null, p50Ms: null, p95Ms: null, p99Ms: null };
  const read = quantileReader(sketch);
  const at = (quantile: number): number => round(Math.min(read(quantile), maxMs));
  return {
    count,
    avgMs: round(Math.min(sumMs / count, maxMs)), // summed rounded: could pass the maximum by a hair
    maxMs: round(maxMs),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
  };
}

/** What a tally says. `targetMs`: the endpoint's Apdex target. */
export function summaryOf(tally: Tally, targetMs: number): StatsSummary {
  const { ok, failed, invalid } = tally;
  return {
    availability: ok + failed === 0 ? null : ok / (ok + failed),
    ok,
    failed,
    invalid,
    byStatus: Object.fromEntries([...tally.status].sort(([a], [b]) => (a < b ? -1 : 1))),
    response: latencyStats(tally.response),
    firstByte: latencyStats(tally.firstByte),
    apdex: apdexOf(tally, targetMs),
  };
}
