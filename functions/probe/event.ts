import { probeEvent } from "../../lib/core/check/invocation.ts";
import { VigieError } from "../../lib/core/errors.ts";
import type { ShardTick } from "./tick.ts";

/** The rounds queue brings its messages as texts. */
const textsOf = (event: unknown): string[] | null => {
  const records: unknown =
    typeof event === "object" && event !== null && "Records" in event ? event.Records : null;
  if (!Array.isArray(records)) return null;
  return records.map((record: unknown) =>
    typeof record === "object" && record !== null && "body" in record ? String(record.body) : "",
  );
};

function parse(event: unknown): ShardTick {
  const { v: _, ...tick } = probeEvent.parse(event);
  return tick;
}

/**
 * Reads the ticks that an event asks for: one, or those in the messages of a queue.
 * @throws VigieError `bad_event` for what dispatch of this version would not write
 */
export function readEvent(event: unknown): { ticks: ShardTick[]; queued: boolean } {
  try {
    const texts = textsOf(event);
    if (texts === null) return { ticks: [parse(event)], queued: false };
    return { ticks: texts.map((text) => parse(JSON.parse(text))), queued: true };
  } catch (error) {
    throw badEvent(error);
  }
}

const badEvent = (cause: unknown): VigieError =>
  new VigieError(
    "bad_event",
    "The probe was started with something that no dispatch of this version writes: deploy the region again.",
    { cause },
  );
