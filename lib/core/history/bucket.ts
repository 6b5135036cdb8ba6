export type BucketSize = "hour" | "day";

/** Counts and a mergeable latency sketch of one endpoint and region over an hour or a day. */
export interface Bucket {
  schema: 1;
  org: string;
  endpointId: string;
  region: string;
  size: BucketSize;
  /** Epoch ms, truncated to the size (UTC). */
  start: number;
  ok: number;
  failed: number;
  /** Outcomes that don't count: our own fault. */
  invalid: number;
  /** Apdex counts: satisfied, tolerating, frustrated (failures are frustrated); flagged timings left out unless failed. */
  satisfied: number;
  tolerating: number;
  frustrated: number;
  /** HTTP status -> count; failures without a status under their type's family, e.g. `dns`. */
  status: Record<string, number>;
  response: Latency;
  firstByte: Latency;
  /** Hour buckets only: per minute [minute 0-59, ok, failed, mean response ms or null]. */
  points?: [number, number, number, number | null][];
}

/** Unflagged timings: count, sum and max in ms, and the sketch that percentiles come from (base64; empty when count is 0). */
export interface Latency {
  count: number;
  sumMs: number;
  maxMs: number;
  sketch: string;
}
