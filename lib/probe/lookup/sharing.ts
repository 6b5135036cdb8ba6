/** A task that several callers wait for; it is told to stop when the last of them gave up. */
interface Shared<T> {
  result: Promise<T>;
  waiting: number;
  stop: AbortController;
}

function untilAborted(signal: AbortSignal): { promise: Promise<"aborted">; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<"aborted">();
  const abort = () => resolve("aborted");
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return { promise, release: () => signal.removeEventListener("abort", abort) };
}

/**
 * Runs a task once for all who ask for the same key; each waits only until its own signal aborts (and then
 * gets "aborted"). Results that `keep` approves of are kept for later callers, others are forgotten.
 */
export function makeSharing<T>(keep: (result: T) => boolean) {
  const tasks = new Map<string, Shared<T>>();

  const start = (key: string, task: (signal: AbortSignal) => Promise<T>): Shared<T> => {
    const stop = new AbortController();
    const shared: Shared<T> = { result: task(stop.signal), waiting: 0, stop };
    const forget = () => {
      if (tasks.get(key) === shared) tasks.delete(key);
    };
    shared.result.then((result) => keep(result) || forget(), forget);
    stop.signal.addEventListener("abort", forget, { once: true });
    tasks.set(key, shared);
    return shared;
  };

  return async (
    key: string,
    signal: AbortSignal,
    task: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | "aborted"> => {
    const shared = tasks.get(key) ?? start(key, task);
    shared.waiting += 1;
    const aborted = untilAborted(signal);
    try {
      return await Promise.race([shared.result, aborted.promise]);
    } finally {
      aborted.release();
      shared.waiting -= 1;
      if (shared.waiting === 0 && signal.aborted) shared.stop.abort();
    }
  };
}
