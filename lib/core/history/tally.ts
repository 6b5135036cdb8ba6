import { type ApdexCounts, zoneOf } from "../apdex/apdex.ts";
import { familyOf } from "../check/outcome.ts";
import { type CheckRecord, failureOf } from "../check/record.ts";
import type { Bucket, BucketKey, Latency, MinutePoint } from "./bucket.ts";
import { addEncoded, addSketch, addValue, encodeSketch, type Sketch } from "./sketch.ts";

/** Timings being counted; `Latency` is its stored form. */
export interface LatencyTally {
  count: number;
  sumMs: number;
  maxMs: number;
  sketch: Sketch;
}

/** Counts being made, from records and buckets alike. Changed in place; `Bucket` is its stored form. */
export interface Tally extends ApdexCounts {
  ok: number;
  failed: number;
  invalid: number;
  status: Map<string, number>;
  response: LatencyTally;
  firstByte: LatencyTally;
  /** By minute of the hour (UTC); null where they aren't wanted. */
  points: Map<number, MinutePoint> | null;
}

const emptyLatency = (): LatencyTally => ({ count: 0, sumMs: 0, maxMs: 0, sketch: new Map() });

/** A tally of nothing; `points` when the minutes of one hour are wanted too. */
export const emptyTally = (options: { points: boolean } = { points: false }): Tally => ({
  ok: 0,
  failed: 0,
  invalid: 0,
  satisfied: 0,
  tolerating: 0,
  frustrated: 0,
  status: new Map(),
  response: emptyLatency(),
  firstByte: emptyLatency(),
  points: options.points ? new Map() : null,
});

const EXACT = 128;

/** Rounds to 1/128 ms: sums of such numbers are exact below 2^46 ms. */
const exact = (ms: number): number => Math.round(ms * EXACT) / EXACT;

function addTiming(latency: LatencyTally, ms: number): void {
  latency.count += 1;
  latency.sumMs += exact(ms);
  latency.maxMs = Math.max(latency.maxMs, ms);
  addValue(latency.sketch, ms);
}

/**
 * Whether a record's timings tell how fast the target answers: an unflagged check that got a whole answer. Besides
 * ok ones those are `http.error` and broken expectations with a status: an error page has a response time. A time-out
 * or a broken connection has none, and would only show the endpoint's own time limit.
 */
export function hasTimings(record: CheckRecord): boolean {
  if (record.flags.length > 0) return false;
  const failure = failureOf(record);
  if (failure === null) return true;
  return record.status !== null && (failure.type === "http.error" || familyOf(failure.type) === "expect");
}

/** What a record counts as among the statuses: its HTTP status, or else `ok` or the family of its failure. */
export function statusOf(record: CheckRecord): string {
  if (record.status !== null) return String(record.status);
  const failure = failureOf(record);
  return failure === null ? "ok" : familyOf(failure.type);
}

const MINUTE = 60_000;

function addPoint(points: Map<number, MinutePoint>, [minute, ...sums]: MinutePoint): void {
  const [, ok, failed, timed, sumMs] = points.get(minute) ?? [minute, 0, 0, 0, 0];
  points.set(minute, [minute, ok + sums[0], failed + sums[1], timed + sums[2], sumMs + sums[3]]);
}

/** What a record (a valid one) adds to the point of its minute. */
export function pointOf(record: CheckRecord): MinutePoint {
  const ok = record.outcome === "ok" ? 1 : 0;
  const timed = hasTimings(record) ? 1 : 0;
  const minute = Math.floor(record.scheduledAt / MINUTE) % 60;
  return [minute, ok, 1 - ok, timed, timed * exact(record.totalMs)];
}

function addApdex(tally: Tally, record: CheckRecord, targetMs: number): void {
  if (record.outcome !== "ok") tally.frustrated += 1;
  else if (record.flags.length === 0) tally[zoneOf(record.totalMs, targetMs)] += 1;
}

function addCount(counts: Map<string, number>, key: string, n: number): void {
  counts.set(key, (counts.get(key) ?? 0) + n);
}

/** Counts a record in place. One that is invalid (our own fault) counts as that and nothing else. */
export function addRecord(tally: Tally, record: CheckRecord, apdexTargetMs: number): void {
  if (record.invalid !== undefined) {
    tally.invalid += 1;
    return;
  }
  if (record.outcome === "ok") tally.ok += 1;
  else tally.failed += 1;
  addApdex(tally, record, apdexTargetMs);
  addCount(tally.status, statusOf(record), 1);
  if (tally.points !== null) addPoint(tally.points, pointOf(record));
  if (!hasTimings(record)) return;
  addTiming(tally.response, record.totalMs);
  if (record.firstByteMs !== null) addTiming(tally.firstByte, record.firstByteMs);
}

function addLatency(latency: LatencyTally, from: Omit<Latency, "sketch">): void {
  latency.count += from.count;
  latency.sumMs += from.sumMs;
  latency.maxMs = Math.max(latency.maxMs, from.maxMs);
}

type Counts = ApdexCounts & Pick<Bucket, "ok" | "failed" | "invalid">;

function addCounts(tally: Tally, from: Counts): void {
  tally.ok += from.ok;
  tally.failed += from.failed;
  tally.invalid += from.invalid;
  tally.satisfied += from.satisfied;
  tally.tolerating += from.tolerating;
  tally.frustrated += from.frustrated;
}

/** Counts a bucket in place; its points only where the tally wants points. */
export function addBucket(tally: Tally, bucket: Bucket): void {
  addCounts(tally, bucket);
  for (const [status, n] of Object.entries(bucket.status)) addCount(tally.status, status, n);
  for (const part of ["response", "firstByte"] as const) {
    addLatency(tally[part], bucket[part]);
    addEncoded(tally[part].sketch, bucket[part].sketch);
  }
  if (tally.points !== null) for (const point of bucket.points ?? []) addPoint(tally.points, point);
}

/** Counts another tally in place, points left out. */
export function addTally(tally: Tally, from: Tally): void {
  addCounts(tally, from);
  for (const [status, n] of from.status) addCount(tally.status, status, n);
  for (const part of ["response", "firstByte"] as const) {
    addLatency(tally[part], from[part]);
    addSketch(tally[part].sketch, from[part].sketch);
  }
}

const latencyOf = ({ sketch, ...rest }: LatencyTally): Latency => ({
  ...rest,
  sketch: encodeSketch(sketch),
});

/** The stored form of a tally; equal counts give equal buckets, to the byte of their JSON. */
export function bucketOf(key: BucketKey, tally: Tally): Bucket {
  const { ok, failed, invalid, satisfied, tolerating, frustrated, points } = tally;
  const status = Object.fromEntries([...tally.status].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    schema: 1,
    org: key.org,
    endpointId: key.endpointId,
    region: key.region,
    size: key.size,
    start: key.start,
    ...{ ok, failed, invalid, satisfied, tolerating, frustrated, status },
    response: latencyOf(tally.response),
    firstByte: latencyOf(tally.firstByte),
    ...(points === null ? {} : { points: [...points.values()].sort(([a], [b]) => a - b) }),
  };
}
