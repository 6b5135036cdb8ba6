/** What the failure function's queue holds: failures as they are posted, and what the watchdog and gates ask for. */
import * as z from "zod";
import { word } from "../check/record-schema.ts";
import { chunksOf } from "../parallel.ts";
import type { TroubledEndpoint } from "../ports.ts";
import { readMessage } from "../read-message.ts";
import { failuresMessage } from "./post.ts";

const lookMessage = z.strictObject({
  v: z.literal(1),
  type: z.literal("look"),
  org: word(),
  ids: z.array(word()).min(1),
});

const deliverMessage = z.strictObject({ v: z.literal(1), type: z.literal("deliver"), org: word() });

const message = z.discriminatedUnion("type", [failuresMessage, lookMessage, deliverMessage]);

/**
 * `failures`: judge these by what was posted and the tick log. `look`: judge these by the tick log alone. `deliver`:
 * send what waits in the organization.
 */
export type QueueMessage = z.output<typeof message>;

/** Asks for a look at endpoints of one organization. */
export const writeLook = (org: string, ids: readonly string[]): string =>
  JSON.stringify({ v: 1, type: "look", org, ids });

/** So that ten of them fit into one call of the queue, whatever the ids. */
const LOOK_SIZE = 150;

/** Asks for a look at all of these: those of an organization together, in their order, as few messages as it takes. */
export function looksOf(troubled: readonly TroubledEndpoint[]): string[] {
  const groups = [...Map.groupBy(troubled, ({ org }) => org)];
  return groups.flatMap(([org, group]) =>
    chunksOf(group, LOOK_SIZE).map((part) =>
      writeLook(
        org,
        part.map(({ endpointId }) => endpointId),
      ),
    ),
  );
}

/** Asks for what waits in an organization to be sent. */
export const writeDeliver = (org: string): string => JSON.stringify({ v: 1, type: "deliver", org });

/**
 * Reads the text of a message.
 * @throws VigieError `bad_message` for what is no message of ours, or of a version that this code does not know
 */
export const readQueueMessage = (text: string): QueueMessage =>
  readMessage("failures", text, (written) => message.parse(written));
