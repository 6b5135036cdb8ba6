/** What waits in a region's metrics queue until a sink takes it. */
import * as z from "zod";
import { MESSAGE_LIMIT_BYTES } from "../../core/alert/post.ts";
import type { CheckRecord } from "../../core/check/record.ts";
import type { MetricsQueue } from "../../core/ports.ts";
import { readMessage } from "../../core/read-message.ts";
import { splitToFit } from "../aws/split.ts";
import { packRecords, unpackRecords } from "../packed-records.ts";
import type { Queue } from "./send.ts";

const sinkNames = ["influxdb", "timestream"] as const;

export type SinkName = (typeof sinkNames)[number];

/** Records on their way to one sink: the other may have taken them. */
export interface MetricsMessage {
  sink: SinkName;
  records: CheckRecord[];
}

/** `records`: base64 of gzip of JSON. */
const message = z.strictObject({
  v: z.literal(1),
  type: z.literal("metrics"),
  sink: z.enum(sinkNames),
  records: z.base64(),
});

/** Records as the texts of messages, each of `limitBytes` at most. */
export function writeMetrics(
  { sink, records }: { sink: SinkName; records: readonly CheckRecord[] },
  limitBytes = MESSAGE_LIMIT_BYTES,
): string[] {
  return splitToFit(records, limitBytes, (part) =>
    JSON.stringify({ v: 1, type: "metrics", sink, records: packRecords(part).toString("base64") }),
  );
}

/**
 * Reads the text of a message.
 * @throws VigieError `bad_message` for what is no message of ours, or of a version that this code does not know
 */
export const readMetrics = (text: string): MetricsMessage =>
  readMessage("metrics", text, (written) => {
    const { sink, records } = message.parse(written);
    return { sink, records: unpackRecords(Buffer.from(records, "base64")) };
  });

/** The region's queue for what one sink does not take. */
export const metricsQueue = (queue: Queue, sink: SinkName): MetricsQueue => ({
  async put(records) {
    await Promise.all(writeMetrics({ sink, records }).map((text) => queue.send(text)));
  },
});
