import type { Clock } from "../../lib/core/ports.ts";

export interface LoopOptions {
  clock: Clock;
  everyMs: number;
  signal: AbortSignal;
  onError(error: unknown): void;
}

/** Work may take a tenth of the time at most: when it gets slow, it comes more rarely. */
const SHARE = 10;

/** Repeats work, one run at a time, the first at once, until the signal aborts. Resolves when the last run has ended. */
export async function repeat(
  { clock, everyMs, signal, onError }: LoopOptions,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    const begun = clock.now();
    await work().catch(onError);
    const took = clock.now() - begun;
    const pause = took > 0 ? Math.max(everyMs, Math.min(took * SHARE, everyMs * SHARE)) : everyMs;
    await clock.sleep(pause, signal);
  }
}
