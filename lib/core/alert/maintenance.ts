import type { MaintenanceWindow, Weekday } from "../endpoint/endpoint.ts";
import { instantOf } from "../endpoint/time-zone.ts";
import { dayOf, parseWallTime } from "../endpoint/wall-time.ts";

/** A stretch of maintenance: epoch ms, `end` not included. */
export interface Maintenance {
  /** The name of the window that is active, where it has one. */
  name?: string;
  start: number;
  end: number;
}

const DAY = 86_400_000;

/** Nothing that is judged looks back further: a window is at most two days, a region's record four. */
const LOOK_BACK_MS = 8 * DAY;
/** Longest time counted by `overlapMs`: its callers compare with a few windows. */
const OVERLAP_LIMIT_MS = 32 * DAY;
/** Stretches that touch are followed this far in either direction. */
const CHAIN_LIMIT = 32;

/**
 * The maintenance that is active at an instant, overlapping and touching windows taken together; null when none is.
 * Start times are wall-clock time of the window's zone, durations elapsed time: one that begins before a change of
 * the clocks ends that much earlier or later on the wall.
 */
export function maintenanceAt(windows: readonly MaintenanceWindow[], at: number): Maintenance | null {
  const active = activeAt(windows, at);
  if (active === null) return null;
  let { start, end } = active;
  for (let i = 0; i < CHAIN_LIMIT; i++) {
    const earlier = activeAt(windows, start - 1);
    const later = activeAt(windows, end);
    if (earlier === null && later === null) break;
    start = earlier?.start ?? start;
    end = later?.end ?? end;
  }
  return { ...active, start, end };
}

/** How much of [from, to) lies inside maintenance, in ms. Only the last 32 days before `to` are looked at. */
export function overlapMs(windows: readonly MaintenanceWindow[], from: number, to: number): number {
  const since = Math.max(from, to - OVERLAP_LIMIT_MS);
  const found = windows.flatMap((window) => [...occurrences(window, since, to)]);
  let covered = 0;
  let until = since;
  for (const { start, end } of found.sort((a, b) => a.start - b.start)) {
    covered += Math.max(0, Math.min(end, to) - Math.max(start, until));
    until = Math.max(until, end);
  }
  return covered;
}

/**
 * When maintenance last ended at or before an instant (`at` may still be inside a later one); an end inside another
 * window is none. Null when there was none in the eight days before.
 */
export function lastEndBefore(windows: readonly MaintenanceWindow[], at: number): number | null {
  let before = at;
  for (let i = 0; i < CHAIN_LIMIT; i++) {
    const ends = windows.map((window) => lastEndOf(window, before, at - LOOK_BACK_MS));
    const end = Math.max(...ends);
    if (end === Number.NEGATIVE_INFINITY) return null;
    const covering = maintenanceAt(windows, end);
    if (covering === null) return end;
    before = covering.start - 1;
  }
  return null;
}

function lastEndOf(window: MaintenanceWindow, before: number, since: number): number {
  for (const { end } of occurrences(window, since, before)) if (end <= before) return end;
  return Number.NEGATIVE_INFINITY;
}

/** Every window's occurrence at an instant as one stretch, named after the one that began first. */
function activeAt(windows: readonly MaintenanceWindow[], at: number): Maintenance | null {
  let active: Maintenance | null = null;
  for (const window of windows) {
    for (const { start, end } of occurrences(window, at, at + 1)) {
      const named = window.name === undefined ? {} : { name: window.name };
      if (active === null) active = { ...named, start, end };
      else if (start < active.start) active = { ...named, start, end: Math.max(end, active.end) };
      else active.end = Math.max(end, active.end);
    }
  }
  return active;
}

interface Occurrence {
  start: number;
  end: number;
}

/** Zones lie within 14 hours of UTC; a skipped hour may add to that. */
const ZONE_SLACK_MS = 16 * 3_600_000;

/** The occurrences of one window that touch [from, to), latest first. Work grows with the days of that stretch. */
function* occurrences(window: MaintenanceWindow, from: number, to: number): Generator<Occurrence> {
  const first = parseWallTime(window.start) ?? 0; // the schema lets no other text pass
  const { earliest, latest } = wallBounds(window, first, from, to);
  // Days are counted from the last one at or before `latest`: comparing wall times is cheap, asking Intl is not.
  for (let wall = latest - ((latest - first) % DAY); wall >= earliest; wall -= DAY) {
    if (!occursOn(window, dayOf(first), dayOf(wall))) continue;
    const start = instantOf(window.timeZone, wall);
    if (start < to && start + window.durationMs > from) yield { start, end: start + window.durationMs };
  }
}

/** Between which wall times (as if UTC) an occurrence has to begin to touch [from, to), whatever the zone. */
function wallBounds({ durationMs, recurrence }: MaintenanceWindow, first: number, from: number, to: number) {
  const until =
    recurrence?.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(recurrence.until) + DAY - 1;
  const last = recurrence === undefined ? first : until;
  return {
    earliest: Math.max(first, from - durationMs - ZONE_SLACK_MS),
    latest: Math.min(last, to + ZONE_SLACK_MS),
  };
}

const weekdays: readonly Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function occursOn({ recurrence }: MaintenanceWindow, firstDay: number, day: number): boolean {
  if (recurrence === undefined) return day === firstDay;
  switch (recurrence.every) {
    case "day":
      return true;
    case "week":
      return (recurrence.days ?? [weekdayOf(firstDay)]).includes(weekdayOf(day));
    case "month": // months without that day are left out, as RFC 5545 (3.3.10) has it
      return new Date(day).getUTCDate() === new Date(firstDay).getUTCDate();
  }
}

const weekdayOf = (day: number): Weekday => weekdays[new Date(day).getUTCDay()] ?? "sun";
