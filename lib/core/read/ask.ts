import { type Stats, summaryOf } from "../history/stats.ts";
import { addBucket, addRecord, emptyTally, type Tally } from "../history/tally.ts";
import { lengthOf, type StatsWindow } from "../history/window.ts";
import type { Gathered, ReadPorts } from "./gather.ts";
import { boundsOf, planOf, type ReadPlan, type Span } from "./plan.ts";

/** A window that ends at a moment, and where its numbers come from. */
export interface Asked {
  window: StatsWindow;
  bounds: Span;
  plan: ReadPlan;
}

/** Plans the window that ends at `now` (epoch ms) for one endpoint, or for all of the organization's. */
export async function ask(
  ports: ReadPorts,
  { org, endpointId }: { org: string; endpointId?: string },
  window: StatsWindow,
  now: number,
): Promise<Asked> {
  const bounds = boundsOf(window, now);
  const plan = planOf(bounds.since, bounds.until, await ports.history.rolledUpTo(org, endpointId));
  return { window, bounds, plan };
}

/** Counts what was gathered. Ticks are held to `targetMs` (Apdex), buckets to the target they were rolled up with. */
export function tallyOf({ records, buckets }: Gathered, targetMs: number): Tally {
  const tally = emptyTally();
  for (const record of records) addRecord(tally, record, targetMs);
  for (const bucket of buckets) addBucket(tally, bucket);
  return tally;
}

/** The statistics a tally amounts to. `since` is shown as the window's length before now, or the hour it begins with. */
export function statsFrom({ window, bounds }: Asked, tally: Tally, targetMs: number): Stats {
  const since = Math.min(bounds.since, bounds.until - lengthOf(window));
  return { window, since, until: bounds.until, ...summaryOf(tally, targetMs) };
}
