import * as z from "zod";
import { VigieError } from "../../lib/core/errors.ts";

const MINUTE_MS = 60_000;

const schema = z.strictObject({ scheduledAt: z.iso.datetime({ offset: true }) });

/**
 * The minute that EventBridge Scheduler meant, whenever it came: `{"scheduledAt": "2026-11-20T12:00:00Z"}`.
 * @returns epoch ms
 * @throws VigieError `bad_event`
 */
export function readEvent(event: unknown): number {
  const parsed = schema.safeParse(event);
  if (!parsed.success)
    throw new VigieError(
      "bad_event",
      'Dispatch expects {"scheduledAt": "2026-11-20T12:00:00Z"}: give the schedule this input, with <aws.scheduler.scheduled-time> for the time.',
      { cause: parsed.error },
    );
  return Math.floor(Date.parse(parsed.data.scheduledAt) / MINUTE_MS) * MINUTE_MS;
}
