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
  /** HTTP status -> count; without a status `ok`, or the family of the failure's type, e.g. `dns`. */
  status: Record<string, number>;
  response: Latency;
  firstByte: Latency;
  /** Hour buckets only: ascending by minute, minutes without a record left out. */
  points?: MinutePoint[];
}

/**
 * Unflagged timings of answered checks: count, sum and max in ms, and the sketch that percentiles come from
 * (sketch.ts; empty when count is 0). Timings are summed rounded to 1/128 ms: such sums are exact in floating
 * point, so that it doesn't matter in which order buckets are merged.
 */
export interface Latency {
  count: number;
  sumMs: number;
  maxMs: number;
  sketch: string;
}

/** [minute 0-59, ok, failed, timings counted, their sum in ms]: sums, so that regions can be merged. */
export type MinutePoint = [minute: number, ok: number, failed: number, timed: number, sumMs: number];

/** What a bucket is stored under. */
export type BucketKey = Pick<Bucket, "org" | "endpointId" | "region" | "size" | "start">;

const HOUR = 3_600_000;

/** How long a bucket lasts, in ms. */
export const BUCKET_MS: Record<BucketSize, number> = { hour: HOUR, day: 24 * HOUR };

/** Start (epoch ms, UTC) of the bucket that holds the moment `at`. */
export const bucketStart = (size: BucketSize, at: number): number =>
  Math.floor(at / BUCKET_MS[size]) * BUCKET_MS[size];
