import type { RegionOutcome } from "../alert/state.ts";

/** What a window is judged by: a Policy has these. */
export interface WindowShape {
  intervalMs: number;
  /** Outcomes a full window holds, at least 2. */
  expected: number;
}

/** ok / all of the outcomes a region is judged by. */
export interface Tally {
  ok: number;
  all: number;
}

const SPARE_SLOTS = 2;
const SILENCE_SLACK_MS = 90_000;

/** Outcomes scheduled at or before this are out of the window of a region whose latest tick is `latestAt`. */
export const windowFloor = (shape: WindowShape, latestAt: number): number =>
  latestAt - (shape.expected + SPARE_SLOTS) * shape.intervalMs;

/** How long after its latest tick a region counts as silent. */
export const silentAfterMs = (intervalMs: number): number => 2 * intervalMs + SILENCE_SLACK_MS;

/** Fewer outcomes than this are no vote. */
export const enoughFor = (expected: number): number => Math.max(2, Math.ceil((expected * 4) / 5) - 1);

/** The latest `expected` outcomes within the last `expected + 2` slots before `ticks[end]`, that one included. */
export function windowAt(
  shape: WindowShape,
  ticks: readonly RegionOutcome[],
  end = ticks.length - 1,
): readonly RegionOutcome[] {
  const latest = ticks[end];
  if (latest === undefined) return [];
  const floor = windowFloor(shape, latest.scheduledAt);
  let start = Math.max(0, end + 1 - shape.expected);
  while ((ticks[start]?.scheduledAt ?? latest.scheduledAt) <= floor) start++;
  return ticks.slice(start, end + 1);
}

export function tally(ticks: readonly RegionOutcome[]): Tally {
  return { ok: ticks.filter((tick) => tick.outcome === "ok").length, all: ticks.length };
}

/** ok / all; 1 for nothing at all, which is no vote anyway. */
export const availabilityOf = ({ ok, all }: Tally): number => (all === 0 ? 1 : ok / all);
