/** The form in which outcomes and records travel between functions. Strict: what is not known is refused. */
import * as z from "zod";
import type { PhaseTimings } from "./measurement.ts";
import { failureTypes, type Outcome } from "./outcome.ts";
import type { CheckRecord } from "./record.ts";

/** Epoch ms. */
export const time = () => z.int().nonnegative();

const milliseconds = () => z.number().nonnegative();

/** Name of an organization, an endpoint, a region or a shard. */
export const word = () => z.string().min(1).max(128);

/** Why something does not count. */
export const reason = () => z.string().max(500);

export const outcomeSchema = z.union([
  z.literal("ok"),
  z.strictObject({
    phase: z.enum(["dns", "connection", "application"]),
    type: z.enum(failureTypes),
    message: z.string().max(200),
  }),
]) satisfies z.ZodType<Outcome>;

const phases = {
  dnsMs: milliseconds().nullable(),
  connectMs: milliseconds().nullable(),
  tlsMs: milliseconds().nullable(),
  firstByteMs: milliseconds().nullable(),
  transferMs: milliseconds().nullable(),
};

export const phaseTimingsSchema = z.strictObject(phases) satisfies z.ZodType<PhaseTimings>;

export const recordSchema = z.strictObject({
  org: word(),
  endpointId: word(),
  region: word(),
  scheduledAt: time(),
  startedAt: milliseconds(),
  outcome: outcomeSchema,
  status: z.int().nullable(),
  ...phases,
  totalMs: milliseconds(),
  bytes: z.int().nonnegative(),
  flags: z.array(z.enum(["cold", "delayed", "retried", "slow_lane"])),
  invalid: reason().exactOptional(),
}) satisfies z.ZodType<CheckRecord>;
