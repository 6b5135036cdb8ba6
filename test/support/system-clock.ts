import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../lib/core/ports.ts";

/** The machine's clock, for tests of what waits on real sockets anyway. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    delay(ms, undefined, signal === undefined ? {} : { signal }).then(
      () => {},
      () => {},
    ),
};
