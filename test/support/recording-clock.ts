import type { Clock } from "../../lib/core/ports.ts";

/** A clock that stands still, sleeps in no time, and remembers for how long it was asked to. */
export function recordingClock(now: number): Clock & { slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
    },
  };
}
