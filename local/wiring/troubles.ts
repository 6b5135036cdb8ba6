import type { Listener } from "./events.ts";

export interface Troubles {
  /** To be told of every event. */
  listener: Listener;
  /** What is wrong with this installation now, one line each. Our own network is none of its parts. */
  now(): string[];
}

const STALE_MS = 150_000;

/** Keeps what a health check has to say. `tickedAt`: when the scheduler last ticked, epoch ms; null before it did. */
export function makeTroubles(clockNow: () => number, tickedAt: () => number | null): Troubles {
  let store: string | null = null;
  return {
    listener(event) {
      if (event.kind === "store") store = event.problem;
    },
    now() {
      const ticked = tickedAt();
      const stale = ticked !== null && clockNow() - ticked > STALE_MS;
      return [
        ...(store === null ? [] : [`not recording: ${store}`]),
        ...(stale ? ["no checks were started for more than two minutes"] : []),
      ];
    },
  };
}
