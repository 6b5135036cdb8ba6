/** Ends one try: by its time-out, or because who asked for it, or the whole checker, gives up. */
export interface Limit {
  readonly signal: AbortSignal;
  /** Starts the clock of the time-out. */
  startTimer(timeoutMs: number): void;
  /** Throws the reason when the try ended for anything but its time-out. */
  throwIfGivenUp(): void;
  /** Has to be called at the end. */
  clear(): void;
}

const TIMED_OUT = new Error("timed out");

export interface Limits {
  /** `outer`: what the caller may give up by. */
  open(outer: AbortSignal | undefined): Limit;
  /** Gives up all that are open, and every one that is opened later. */
  closeAll(reason: Error): void;
}

export function makeLimits(): Limits {
  const open = new Set<AbortController>();
  let closed: Error | null = null;
  return {
    open: (outer) => {
      const controller = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const giveUp = (): void => controller.abort(outer?.reason);
      open.add(controller);
      outer?.addEventListener("abort", giveUp, { once: true });
      if (outer?.aborted) giveUp();
      if (closed !== null) controller.abort(closed);
      const { signal } = controller;
      return {
        signal,
        startTimer: (timeoutMs) => {
          timer = setTimeout(() => controller.abort(TIMED_OUT), timeoutMs);
        },
        throwIfGivenUp: () => {
          if (signal.aborted && signal.reason !== TIMED_OUT) throw signal.reason;
        },
        clear: () => {
          clearTimeout(timer);
          outer?.removeEventListener("abort", giveUp);
          open.delete(controller);
        },
      };
    },
    closeAll: (reason) => {
      closed = reason;
      for (const controller of open) controller.abort(reason);
    },
  };
}
