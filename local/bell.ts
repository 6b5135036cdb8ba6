import type { Clock } from "../lib/core/ports.ts";

export interface Bell {
  ring(): void;
  /** Until it rings, the time is over or the signal aborts. */
  wait(atMostMs: number): Promise<void>;
}

/** A bell that may ring while nobody waits: the next wait then ends at once. */
export function makeBell(clock: Pick<Clock, "sleep">, signal: AbortSignal): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  const ring = () => {
    rung = true;
    wake?.();
  };
  const wait = async (atMostMs: number) => {
    const pause = new AbortController();
    wake = () => pause.abort();
    if (rung) wake();
    await clock.sleep(atMostMs, AbortSignal.any([pause.signal, signal]));
    wake = null;
    rung = false;
  };
  return { ring, wait };
}
