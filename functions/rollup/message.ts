import * as z from "zod";
import { time, word } from "../../lib/core/check/record-schema.ts";
import { readMessage } from "../../lib/core/read-message.ts";

const message = z.strictObject({
  v: z.literal(1),
  shard: word(),
  region: word(),
  hour: time(),
  recount: z.literal(true).exactOptional(),
});

/**
 * Asks for a shard to be rolled up in a region, up to the hour that begins at `hour` (epoch ms) and that included.
 * `recount`: its members are to be counted anew as well.
 */
export type RollupMessage = z.output<typeof message>;

export const writeRollup = (wanted: Omit<RollupMessage, "v">): string => JSON.stringify({ v: 1, ...wanted });

/**
 * Reads the text of a message.
 * @throws VigieError `bad_message` for what is no message of ours, or of a version that this code does not know
 */
export const readRollup = (text: string): RollupMessage =>
  readMessage("rollup", text, (written) => message.parse(written));
