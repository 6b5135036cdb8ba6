import { BUCKET_MS, type Bucket, type MinutePoint } from "../history/bucket.ts";
import { pointOf } from "../history/tally.ts";
import type { Gathered } from "./gather.ts";
import type { Span } from "./plan.ts";

/** One point of a sparkline: all regions together. */
export interface SeriesPoint {
  /** Epoch ms at which its step begins. */
  at: number;
  ok: number;
  failed: number;
  /** Mean response time, to 0.01 ms; null without an unflagged timing. */
  avgMs: number | null;
}

interface Slot {
  ok: number;
  failed: number;
  timed: number;
  sumMs: number;
}

type Count = Slot & { at: number };

const MINUTE = 60_000;

const countOf = (at: number, [, ok, failed, timed, sumMs]: MinutePoint): Count => ({
  at,
  ok,
  failed,
  timed,
  sumMs,
});

/** An hour bucket's minutes where the steps are finer than it; else its totals. */
function countsOfBucket(bucket: Bucket, stepMs: number): Count[] {
  const { start, ok, failed, response, points } = bucket;
  if (stepMs < BUCKET_MS[bucket.size] && points !== undefined)
    return points.map((point) => countOf(start + point[0] * MINUTE, point));
  return [{ at: start, ok, failed, timed: response.count, sumMs: response.sumMs }];
}

const NOTHING: Slot = { ok: 0, failed: 0, timed: 0, sumMs: 0 };

const sum = (a: Slot, b: Slot): Slot => ({
  ok: a.ok + b.ok,
  failed: a.failed + b.failed,
  timed: a.timed + b.timed,
  sumMs: a.sumMs + b.sumMs,
});

const pointAt = (at: number, { ok, failed, timed, sumMs }: Slot): SeriesPoint => ({
  at,
  ok,
  failed,
  avgMs: timed === 0 ? null : Math.round((sumMs / timed) * 100) / 100,
});

/** Points from the step that holds `since` to the one that holds `until`, empty ones included. */
export function seriesOf({ records, buckets }: Gathered, span: Span, stepMs: number): SeriesPoint[] {
  const slots = new Map<number, Slot>();
  const valid = records.filter(({ invalid }) => invalid === undefined);
  const counts = [
    ...valid.map((record) => countOf(record.scheduledAt, pointOf(record))),
    ...buckets.flatMap((bucket) => countsOfBucket(bucket, stepMs)),
  ];
  for (const count of counts) {
    const step = Math.floor(count.at / stepMs);
    slots.set(step, sum(slots.get(step) ?? NOTHING, count));
  }
  const first = Math.floor(span.since / stepMs);
  const length = Math.floor(span.until / stepMs) - first + 1;
  return Array.from({ length }, (_, i) => pointAt((first + i) * stepMs, slots.get(first + i) ?? NOTHING));
}
