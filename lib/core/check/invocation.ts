/** What a probe is asked to do, as it travels from dispatch, and from one probe to another. */
import * as z from "zod";
import { time, word } from "./record-schema.ts";

/** `<org>/<id>`: an endpoint among those of every organization. */
const member = () => z.string().min(3).max(256);

export const probeEvent = z.strictObject({
  v: z.literal(1),
  shard: z.strictObject({
    id: word(),
    /** Changes whenever the list of its endpoints does. */
    version: word(),
    rounds: z.boolean(),
  }),
  /** Epoch ms: the tick, or with `round` that round. */
  scheduledAt: time(),
  /** Only the endpoints that have a round at this very time, once; the other rounds have invocations of their own. */
  round: z.literal(true).exactOptional(),
  /** Only these: the main invocation left them out. */
  slow: z.strictObject({ failing: z.array(member()), slow: z.array(member()) }).exactOptional(),
});

export type ProbeEvent = z.output<typeof probeEvent>;

/** How an endpoint is named among those of every organization. */
export const memberOf = ({ org, id }: { org: string; id: string }): string => `${org}/${id}`;
