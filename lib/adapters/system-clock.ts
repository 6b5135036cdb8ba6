import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../core/ports.ts";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    if (signal?.aborted) return;
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch {
      return; // aborted: the port says that this is no error
    }
  },
};
