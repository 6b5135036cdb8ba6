import type { Clock } from "../ports.ts";

/** How a wait for a scheduled time ended. `missed`: it lies further back than was tolerated, or the clock was set back. */
export type Arrival = "now" | "missed" | "stopped";

const LOOK_EVERY_MS = 1_000;
/** Nobody waits longer for a slot: if it is further ahead, the clock was set back. */
const MOST_AHEAD_MS = 120_000;

/**
 * Waits for an absolute time. The clock is looked at every second, because timers stand still while a machine is
 * suspended and clocks are set: what was missed is reported instead of being made up for.
 * @param at epoch ms
 * @param toleranceMs how much later than `at` it may be
 */
export async function waitUntil(
  clock: Clock,
  at: number,
  toleranceMs: number,
  stop?: AbortSignal,
): Promise<Arrival> {
  for (let left = at - clock.now(); left > 0 && left <= MOST_AHEAD_MS; left = at - clock.now()) {
    if (stop?.aborted) return "stopped";
    await clock.sleep(Math.min(left, LOOK_EVERY_MS), stop);
  }
  if (stop?.aborted) return "stopped";
  const lateness = clock.now() - at;
  return lateness > toleranceMs || lateness < 0 ? "missed" : "now";
}
