/** The form in which failures travel from probes to the failure function, through API Gateway and queues. */
import * as z from "zod";
import { outcomeSchema, phaseTimingsSchema, reason, time, word } from "../check/record-schema.ts";
import type { FailurePost } from "../ports.ts";
import type { RegionOutcome } from "./state.ts";

const regionOutcome = z.strictObject({
  region: word(),
  scheduledAt: time(),
  outcome: outcomeSchema,
  totalMs: z.number().nonnegative(),
  timings: phaseTimingsSchema.exactOptional(),
  invalid: reason().exactOptional(),
  posted: z.boolean().exactOptional(),
}) satisfies z.ZodType<RegionOutcome>;

const postSchema = z.strictObject({
  org: word(),
  endpointId: word(),
  outcomes: z.array(regionOutcome),
}) satisfies z.ZodType<FailurePost>;

/** Body of a post, and message in the queues it passes. Another shape gets another `v`. */
export const failuresMessage = z.strictObject({
  v: z.literal(1),
  type: z.literal("failures"),
  posts: z.array(postSchema),
});

/** A message of at most 200 KB as text: queues take 256 KB, with what they put around it. */
export const MESSAGE_LIMIT_BYTES = 200_000;

/** Writes what `failuresMessage` reads. */
export const writeFailures = (posts: readonly FailurePost[]): string =>
  JSON.stringify({ v: 1, type: "failures", posts });
