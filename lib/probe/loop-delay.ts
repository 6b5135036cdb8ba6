/**
 * Tells whether the event loop stood still just before something was noticed. While it does, nothing is stamped: what came
 * meanwhile reads late. A stall that a check only waited through harms none of its stamps, and is nothing to it. One
 * sampler serves all checks, and runs only while there are any.
 */
export interface LoopDelayOptions {
  /** Monotonic, ms. */
  now: () => number;
  /** Calls back every `ms` until stopped; must not keep the process alive by itself. */
  every: (ms: number, run: () => void) => { stop(): void };
}

/** What a stamp asks. */
export interface Lateness {
  /** Whether what happened after `from` and is noticed at `at` (monotonic, ms; now) may have waited for over 5 ms. */
  isLate(from: number, at: number): boolean;
}

export interface LoopDelay extends Lateness {
  /** Starts watching. The answer is called once, at the end. */
  watch(): () => void;
}

/** A stamp that is late by this much makes a measurement doubtful. */
const STALL_MS = 5;
const BEAT_MS = 2;
/**
 * What is noticed now came after the turn of the loop before this one began to look: since the beat before the last. That
 * beat is up to two strokes old on a loop at rest; one of them is taken off, so that neither rest nor a stall is mistaken.
 */
const LATE_MS = STALL_MS + BEAT_MS;

export function makeLoopDelay({ now, every }: LoopDelayOptions): LoopDelay {
  let watchers = 0;
  let lastBeatAt = 0;
  let beatBeforeAt = 0;
  let beating: { stop(): void } | null = null;

  const beat = (): void => {
    beatBeforeAt = lastBeatAt;
    lastBeatAt = now();
  };
  const begin = (): void => {
    lastBeatAt = now();
    beat();
    beating = every(BEAT_MS, beat);
  };
  const release = (): void => {
    watchers--;
    if (watchers > 0) return;
    beating?.stop();
    beating = null;
  };

  return {
    watch: () => {
      watchers++;
      if (beating === null) begin();
      return release;
    },
    isLate: (from, at) => at - Math.max(from, beatBeforeAt) > LATE_MS,
  };
}
