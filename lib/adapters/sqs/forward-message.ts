/** What waits in a region's forward queue until home can be reached: failures as they are posted, and ticks. */
import * as z from "zod";
import { failuresMessage, MESSAGE_LIMIT_BYTES } from "../../core/alert/post.ts";
import type { CheckRecord } from "../../core/check/record.ts";
import { word } from "../../core/check/record-schema.ts";
import type { FailurePost, TickPlace } from "../../core/ports.ts";
import { readMessage } from "../../core/read-message.ts";
import { splitToFit } from "../aws/split.ts";
import { packRecords, unpackRecords } from "../packed-records.ts";

export type ForwardMessage =
  | { type: "failures"; posts: FailurePost[] }
  | { type: "ticks"; place: TickPlace; records: CheckRecord[] };

const placeSchema = z.strictObject({
  shard: word(),
  lane: z.enum(["main", "slow"]),
}) satisfies z.ZodType<TickPlace>;

/** `records`: base64 of gzip of JSON. */
const ticksMessage = z.strictObject({
  v: z.literal(1),
  type: z.literal("ticks"),
  place: placeSchema,
  records: z.base64(),
});

const message = z.discriminatedUnion("type", [failuresMessage, ticksMessage]);

/**
 * Records as the texts of messages, each of `limitBytes` at most.
 * @throws VigieError `too_large`
 */
export function writeTicks(
  records: readonly CheckRecord[],
  place: TickPlace,
  limitBytes = MESSAGE_LIMIT_BYTES,
): string[] {
  return splitToFit(records, limitBytes, (part) =>
    JSON.stringify({ v: 1, type: "ticks", place, records: packRecords(part).toString("base64") }),
  );
}

/**
 * Reads the text of a message.
 * @throws VigieError `bad_message` for what is no message of ours, or of a version that this code does not know
 */
export const readForward = (text: string): ForwardMessage =>
  readMessage("forward", text, (written) => {
    const read = message.parse(written);
    return read.type === "failures"
      ? { type: "failures", posts: read.posts }
      : { type: "ticks", place: read.place, records: unpackRecords(Buffer.from(read.records, "base64")) };
  });
