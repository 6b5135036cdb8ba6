import { BUCKET_MS, bucketStart } from "../history/bucket.ts";
import { lengthOf, type StatsWindow } from "../history/window.ts";

/** A stretch of epoch ms; which ends belong to it is said where it is used. */
export interface Span {
  since: number;
  until: number;
}

/**
 * Where the numbers of a stretch of time come from. The parts don't overlap and leave nothing out, so nothing is
 * counted twice or missed, wherever rolling up stands.
 */
export interface ReadPlan {
  /** Ticks, both ends included. */
  ticks: Span[];
  /** Whole hours in buckets, `until` not included; null where there are none. */
  hours: Span | null;
  /** Whole days inside `hours` that may be read as days, `until` not included. */
  days: Span | null;
}

const HOUR = BUCKET_MS.hour;
const DAY = BUCKET_MS.day;

const spanOf = (since: number, until: number): Span | null => (since < until ? { since, until } : null);

/** First and last moment of the ticks a window counts at `now`: beyond a day it begins with a whole hour. */
export function boundsOf(window: StatsWindow, now: number): Span {
  const length = lengthOf(window);
  const since = length > DAY ? bucketStart("hour", now - length) : now - length + 1;
  return { since, until: now };
}

/**
 * Plans reading the ticks from `since` to `until`, both included. `rolledUpTo`: start of the latest hour in buckets.
 * An hour or less is read from ticks alone. Beyond it buckets serve every whole hour they hold, and ticks (kept for
 * two days) only the edges: what is not yet rolled up, and the broken hour at the beginning.
 */
export function planOf(since: number, until: number, rolledUpTo: number | null): ReadPlan {
  const onlyTicks: ReadPlan = { ticks: [{ since, until }], hours: null, days: null };
  if (rolledUpTo === null || until - since < HOUR) return onlyTicks;
  const first = Math.ceil(since / HOUR) * HOUR;
  const end = Math.min(rolledUpTo + HOUR, bucketStart("hour", until));
  const hours = spanOf(first, end);
  if (hours === null) return onlyTicks;
  const broken = since < first ? [{ since, until: first - 1 }] : [];
  return {
    ticks: [...broken, { since: end, until }],
    hours,
    days: spanOf(Math.ceil(first / DAY) * DAY, bucketStart("day", end)),
  };
}

/** What of `hours` no day bucket covers: the day under way, a broken first day, days that were never rolled. */
export function gapsBetween(hours: Span, dayStarts: readonly number[]): Span[] {
  const starts = [...new Set(dayStarts)].sort((a, b) => a - b);
  const from = [hours.since, ...starts.map((start) => start + DAY)];
  const to = [...starts, hours.until];
  return from.flatMap((since, i) => spanOf(since, to[i] ?? hours.until) ?? []);
}
