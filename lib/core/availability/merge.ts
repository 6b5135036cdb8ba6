import type { RegionOutcome } from "../alert/state.ts";
import { type WindowShape, windowFloor } from "./window.ts";

/** The tick log's word before a posted one; of two equals the failure, so that order can't decide. */
function stronger(a: RegionOutcome, b: RegionOutcome): RegionOutcome {
  if ((a.posted ?? false) !== (b.posted ?? false)) return a.posted ? b : a;
  if ((a.outcome === "ok") !== (b.outcome === "ok")) return a.outcome === "ok" ? b : a;
  return JSON.stringify(a) <= JSON.stringify(b) ? a : b;
}

/** What came in one call, one outcome per tick: order and duplicates don't matter. */
function distinct(incoming: readonly RegionOutcome[]): Map<number, RegionOutcome> {
  const byTick = new Map<number, RegionOutcome>();
  for (const outcome of incoming) {
    const known = byTick.get(outcome.scheduledAt);
    byTick.set(outcome.scheduledAt, known === undefined ? outcome : stronger(known, outcome));
  }
  return byTick;
}

/**
 * Adds one region's outcomes to those kept: for one tick the first write wins, but a posted outcome gives way to
 * the tick log's. What is older than the window before the region's latest tick is history and left out.
 * Returns them ascending by tick.
 */
export function mergeTicks(
  shape: WindowShape,
  kept: readonly RegionOutcome[],
  incoming: readonly RegionOutcome[],
): RegionOutcome[] {
  const byTick = new Map(kept.map((outcome) => [outcome.scheduledAt, outcome]));
  const fresh = distinct(incoming);
  const latestAt = Math.max(...byTick.keys(), ...fresh.keys());
  const floor = windowFloor(shape, latestAt);
  for (const [tick, outcome] of fresh) {
    const known = byTick.get(tick);
    if (known === undefined ? tick > floor : known.posted && !outcome.posted) byTick.set(tick, outcome);
  }
  return [...byTick.values()].sort((a, b) => a.scheduledAt - b.scheduledAt);
}
