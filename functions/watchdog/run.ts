import { makeHandle, type WatchdogDeps } from "./handle.ts";

export interface RunDeps extends Omit<WatchdogDeps, "onLeft"> {
  metric: (name: string, value: number) => void;
  /** Tells somebody outside that all is well; absent where nobody wants to know. */
  heartbeat?: () => Promise<void>;
}

/**
 * A run with what is told of it: how long the oldest message has been unsent (nothing while none is: a metric is
 * paid for by the hour), whatever else fails; and a heartbeat once everything succeeded. That none hears the heartbeat is no fault of the run.
 * @throws what the watchdog throws
 */
export function makeRun(deps: RunDeps): () => Promise<void> {
  const { metric, heartbeat, clock, onFault } = deps;
  const watch = makeHandle({
    ...deps,
    onLeft(oldestAt) {
      if (oldestAt !== null) metric("OldestUnsentSeconds", Math.max(0, (clock.now() - oldestAt) / 1_000));
    },
  });
  return async () => {
    await watch();
    await heartbeat?.().catch(onFault);
  };
}
