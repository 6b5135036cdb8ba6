import { waitUntil } from "../../lib/core/check/slot.ts";
import type { Clock } from "../../lib/core/ports.ts";

export interface SchedulerDeps {
  clock: Clock;
  /** Starts the tick of a minute (epoch ms) and returns at once. */
  tick(scheduledAt: number): void;
  /** Minutes that were left out, because the machine slept or its clock was set. */
  onSkipped(minutes: number, from: number): void;
}

export const MINUTE_MS = 60_000;
const TOLERANCE_MS = 30_000;
/** Two days of minutes: enough to know which have run when a clock is set back. */
const MINUTES_KNOWN = 2_880;

/** The minute that holds a time; both epoch ms. */
export const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS;

/** Whether a minute ran already; a clock set back brings minutes again. */
function makeOnce(): (minute: number) => boolean {
  const ran = new Set<number>();
  return (minute) => {
    if (ran.has(minute)) return false;
    ran.add(minute);
    const [oldest] = ran;
    if (ran.size > MINUTES_KNOWN && oldest !== undefined) ran.delete(oldest);
    return true;
  };
}

/**
 * Ticks at every full minute until the signal aborts. Each minute is computed from the clock, so nothing adds up;
 * what was missed is skipped, never made up for; and no minute ticks twice.
 * @param started the minute that was ticked before, epoch ms
 */
export async function runScheduler(deps: SchedulerDeps, started: number, signal: AbortSignal): Promise<void> {
  const { clock } = deps;
  const isNew = makeOnce();
  isNew(minuteOf(started));
  while (!signal.aborted) {
    const minute = minuteOf(clock.now()) + MINUTE_MS;
    const arrival = await waitUntil(clock, minute, TOLERANCE_MS, signal);
    if (arrival === "now" && isNew(minute)) deps.tick(minute);
    if (arrival === "missed")
      deps.onSkipped(Math.max(1, Math.floor((clock.now() - minute) / MINUTE_MS)), minute);
  }
}
