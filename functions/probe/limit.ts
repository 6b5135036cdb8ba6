import type { Clock } from "../../lib/core/ports.ts";

export interface LimitDeps {
  clock: Clock;
  /** After this long an invocation gives up what still runs: a check that never ends would hold its shard for ever. */
  invocationLimitMs: number;
  /** How long after giving up failures may still be on their way (default 0: what was begun is left to itself). */
  reportMs?: number;
}

export interface Limit {
  /** Aborts what runs. */
  abort: AbortSignal;
  /** Resolves when that has happened. */
  gaveUp: Promise<null>;
  /** Resolves when nobody waits for what is on its way any more. */
  over: Promise<null>;
  /** Whether the time was up: not given up from outside. */
  overran(): boolean;
  /** The invocation has ended in time. */
  end(): void;
}

/** Ends what would never end: from outside, or after the limit, which only a fault of ours can reach. */
export function makeLimit(
  { clock, invocationLimitMs, reportMs = 0 }: LimitDeps,
  outside: AbortSignal | undefined,
): Limit {
  const ended = new AbortController();
  const late = new AbortController();
  const abort = outside === undefined ? late.signal : AbortSignal.any([outside, late.signal]);
  const gaveUp = new Promise<null>((resolve) => {
    if (abort.aborted) resolve(null);
    else abort.addEventListener("abort", () => resolve(null), { once: true });
  });
  void clock.sleep(invocationLimitMs, ended.signal).then(() => {
    if (!ended.signal.aborted) late.abort();
  });
  return {
    abort,
    gaveUp,
    over: gaveUp.then(() => clock.sleep(reportMs, ended.signal)).then(() => null),
    overran: () => late.signal.aborted,
    end: () => ended.abort(),
  };
}
