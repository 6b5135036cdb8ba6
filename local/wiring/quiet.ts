import type { Clock } from "../../lib/core/ports.ts";
import type { Listener, VigieEvent } from "./events.ts";

const SILENCE_MS = 10 * 60_000;
const KEPT = 500;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const keyOf = (event: VigieEvent & { kind: "fault" }): string =>
  JSON.stringify([event.context, textOf(event.error)]);

/** Passes everything on, but the same fault of ours at most once in ten minutes. */
export function makeQuiet(listener: Listener, clock: Pick<Clock, "now">): Listener {
  const told = new Map<string, number>();
  return (event) => {
    if (event.kind !== "fault") return listener(event);
    const key = keyOf(event);
    const age = clock.now() - (told.get(key) ?? Number.NEGATIVE_INFINITY);
    if (age >= 0 && age < SILENCE_MS) return;
    if (told.size >= KEPT) told.clear();
    told.set(key, clock.now());
    listener(event);
  };
}
