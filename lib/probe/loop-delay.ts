/**
 * Notices when the event loop stood still. While it does, nothing is stamped: what arrived meanwhile reads late, so
 * measurements that such a stall touched are flagged. One sampler serves all checks, and runs only while there are any.
 */
export interface LoopDelayOptions {
  /** Monotonic, ms. */
  now: () => number;
  /** Calls back every `ms` until stopped; must not keep the process alive by itself. */
  every: (ms: number, run: () => void) => { stop(): void };
}

export interface LoopDelay {
  /** Starts watching. The answer is called once, at the end: did the loop stall since? */
  watch(): () => boolean;
}

/** A stall of this length makes a measurement doubtful. */
export const STALL_MS = 5;
const BEAT_MS = 2;
/** A stall meets the beat somewhere between two of its strokes: half a beat is what it gains on average. */
const LATE_MS = STALL_MS + BEAT_MS / 2;

export function makeLoopDelay({ now, every }: LoopDelayOptions): LoopDelay {
  let watchers = 0;
  let beatAt = 0;
  let stalledAt = Number.NEGATIVE_INFINITY;
  let beating: { stop(): void } | null = null;

  const noteStall = (at: number): void => {
    if (at - beatAt > LATE_MS) stalledAt = at;
  };
  const beat = (): void => {
    const at = now();
    noteStall(at);
    beatAt = at;
  };
  const begin = (): void => {
    watchers++;
    if (beating === null) {
      beatAt = now();
      beating = every(BEAT_MS, beat);
    } else if (now() - beatAt > LATE_MS) beat(); // a stall that ended before this check began is not its own
  };
  const end = (): void => {
    watchers--;
    if (watchers > 0) return;
    beating?.stop();
    beating = null;
  };

  return {
    watch: () => {
      begin();
      const since = now();
      return () => {
        noteStall(now()); // sockets are served before timers: the latest stall may not have met a beat yet
        end();
        return stalledAt > since;
      };
    },
  };
}
