/** When the tests of the box begin: a Monday at noon. */
export const T0 = Date.UTC(2026, 2, 2, 12);

/**
 * The time of everything in the box. It runs like any clock, and a test puts it forward: delays, visibility timeouts
 * and retention follow it, and so does `Date` in the functions (see runner/host.ts).
 */
export interface BoxClock {
  /** Epoch ms. */
  now(): number;
  advance(ms: number): void;
  /** Puts it forward to `at` (epoch ms). Throws RangeError for a time that has passed: nothing here runs backwards. */
  forwardTo(at: number): void;
  /** What to add to the machine's time, ms. */
  offsetMs(): number;
}

export function makeClock(start = T0): BoxClock {
  let offset = start - Date.now();
  const now = (): number => Date.now() + offset;
  const advance = (ms: number): void => {
    if (ms < 0) throw new RangeError(`The box's clock can't be put back by ${-ms} ms.`);
    offset += ms;
  };
  return { now, advance, forwardTo: (at) => advance(at - now()), offsetMs: () => offset };
}
