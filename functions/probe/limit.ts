import { VigieError } from "../../lib/core/errors.ts";
import type { Clock } from "../../lib/core/ports.ts";
import type { OnFault } from "./fault.ts";

export interface LimitDeps {
  clock: Clock;
  onFault: OnFault;
  /** After this long an invocation gives up what still runs: a check that never ends would hold its shard for ever. */
  invocationLimitMs: number;
}

export interface Limit {
  /** Aborts what runs. */
  abort: AbortSignal;
  /** Resolves when that has happened. */
  gaveUp: Promise<null>;
  /** The invocation has ended in time. */
  end(): void;
}

/** Ends what would never end: from outside, or after the limit, which only a fault of ours can reach. */
export function makeLimit(
  { clock, onFault, invocationLimitMs }: LimitDeps,
  shard: string,
  outside?: AbortSignal,
): Limit {
  const ended = new AbortController();
  const over = new AbortController();
  const abort = outside === undefined ? over.signal : AbortSignal.any([outside, over.signal]);
  const gaveUp = new Promise<null>((resolve) => {
    if (abort.aborted) resolve(null);
    else abort.addEventListener("abort", () => resolve(null), { once: true });
  });
  void clock.sleep(invocationLimitMs, ended.signal).then(() => {
    if (ended.signal.aborted) return;
    onFault(new VigieError("tick_overran", "Checks of a tick did not end in time and were given up."), {
      what: "tick",
      shard,
    });
    over.abort();
  });
  return { abort, gaveUp, end: () => ended.abort() };
}
