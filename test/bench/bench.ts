/** One figure of a benchmark. */
export interface BenchRow {
  /** What was measured, e.g. "vigie, TTFB error p99". */
  readonly what: string;
  readonly value: number;
  /** Unit of `value` and `limit`, e.g. "ms", "checks/s", "MB", "x". */
  readonly unit: string;
  /** The limit the figure is held to; absent for figures shown for comparison only (peers). */
  readonly limit?: number;
  /** Which side of the limit is good. Default `atMost`. */
  readonly bound?: "atMost" | "atLeast";
}

/** A row with the judgement on it. */
export interface JudgedRow extends BenchRow {
  /** False when the limit is missed or the figure is not a number; true for a row without a limit. */
  readonly ok: boolean;
}

export interface BenchResult {
  readonly rows: readonly BenchRow[];
  /** Remarks printed under the table: conditions of the run, peers that were not installed. */
  readonly notes?: readonly string[];
}

/** What `test/bench/<name>.ts` exports: `export const title`, `export const run`. */
export interface BenchModule {
  /** One line, shown when benchmarks are listed. */
  readonly title: string;
  readonly run: () => Promise<BenchResult>;
}

/** Judges a row against its limit. A row that has a limit and no finite value has failed. */
export const judge = (row: BenchRow): JudgedRow => ({ ...row, ok: withinLimit(row) });

const withinLimit = ({ value, limit, bound }: BenchRow): boolean => {
  if (limit === undefined) return true;
  if (!Number.isFinite(value)) return false;
  return bound === "atLeast" ? value >= limit : value <= limit;
};

/** The value at quantile `q` (0..1) of the sample, nearest rank; NaN for an empty sample. */
export const quantile = (sample: readonly number[], q: number): number => {
  const sorted = [...sample].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(q * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
};

/** The median by nearest rank, for figures taken over several runs. */
export const median = (sample: readonly number[]): number => quantile(sample, 0.5);
