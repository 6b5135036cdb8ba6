import * as z from "zod";
import { parseDuration } from "./duration.ts";
import { duration, exactly, line, list, oneOf, problem, whole } from "./fields.ts";
import { isTimeZone, parseWallTime } from "./wall-time.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const wallForm = "a wall-clock time such as 2026-11-20T02:00 that exists in the calendar";
const dateForm = "a date such as 2027-01-31 that exists in the calendar";
const zoneForm = "an IANA time zone such as Europe/Berlin or UTC";

const recurrence = exactly("a map with `every`", {
  every: oneOf(["day", "week", "month"]),
  days: list(oneOf(weekdays), 7, "weekdays")
    .refine((days) => new Set(days).size === days.length, { error: "each weekday once" })
    .optional()
    .describe("With `every: week`: the days on which it starts. Default the start's own"),
  until: z
    .string({ error: dateForm })
    .refine((value) => /^\d{4}-\d\d-\d\d$/.test(value) && parseWallTime(`${value}T00:00`) !== null, {
      error: dateForm,
    })
    .optional()
    .describe("Last day on which it may start"),
});

/** One maintenance window as people write it. */
export const writtenMaintenance = exactly("a map with `start`, `duration` and `timeZone`", {
  name: line(200).optional(),
  start: z
    .string({ error: wallForm })
    .refine((value) => parseWallTime(value) !== null, { error: wallForm })
    .describe("Wall-clock start, such as 2026-11-20T02:00"),
  duration: duration(MINUTE, 31 * DAY, "`2h`").describe("Elapsed time, whatever the clocks do meanwhile"),
  timeZone: z
    .string({ error: zoneForm })
    .max(64, { error: zoneForm })
    .refine(isTimeZone, { error: zoneForm })
    .describe("IANA time zone in which `start` is meant"),
  recurrence: recurrence.optional(),
});

const flapping = exactly("`off`, or a map with `changes`, `within` and `quiet`", {
  changes: whole(2, 50).optional().describe("Changes to or from down. Default 4"),
  within: duration(MINUTE, DAY, "`60m`").optional().describe("The time in which they happen. Default 60m"),
  quiet: duration(MINUTE, DAY, "`30m`")
    .optional()
    .describe("Time without a change that ends it. Default 30m"),
});

/** The alert policy as people write it. */
export const writtenAlert = exactly("a map of alert settings", {
  threshold: z
    .number({ error: "a number between 0 and 1, such as 0.8" })
    .gt(0, { error: "a number above 0 and below 1, such as 0.8" })
    .lt(1, { error: "a number above 0 and below 1, such as 0.8" })
    .optional()
    .describe("A region fails when its availability is at or below this. Default 0.8"),
  window: duration(10 * SECOND, 2 * DAY, "`2m`")
    .optional()
    .describe("The time availability is judged over. Default 2m; stretched to two intervals"),
  confirm: whole(1, 360)
    .optional()
    .describe("Consecutive failing ticks before a region fails. Default 1 with several regions, 2 with one"),
  quorum: z
    .union([z.literal("majority"), whole(1, 100)], { error: "`majority`, or a whole number from 1 to 100" })
    .optional()
    .describe("Failing regions needed for `down`. Default majority"),
  degradedAfter: duration(0, DAY, "`4m`")
    .optional()
    .describe("How long a minority of regions fails before it is announced. Default two windows"),
  reminderEvery: z
    .union([z.literal("off"), duration(MINUTE, 30 * DAY, "`1h`", "`off`, or ")], {
      error: "`off`, or a duration such as `1h`",
    })
    .optional()
    .describe("Repeats the message while it is down. Default off"),
  flapping: z
    .union([z.literal("off"), flapping], { error: "`off`, or a map with `changes`, `within` and `quiet`" })
    .optional()
    .describe("Silence for what goes up and down all the time"),
  maintenance: list(
    writtenMaintenance.superRefine(problem("a window that ends before it starts again", maintenanceProblem)),
    20,
    "maintenance windows",
  )
    .optional()
    .describe("Times in which nothing is announced"),
});

/** A window that never ends would silence an endpoint for ever. */
function maintenanceProblem({
  start,
  duration,
  recurrence,
}: z.infer<typeof writtenMaintenance>): string | null {
  if (recurrence === undefined) return null;
  const { every, days, until } = recurrence;
  if (days !== undefined && every !== "week") return "has `days`, which needs `every: week`";
  if (until !== undefined && until < start.slice(0, 10)) return "ends (`until`) before it starts";
  const period = { day: DAY, week: (7 * DAY) / (days?.length ?? 1), month: 28 * DAY }[every];
  const lasts = parseDuration(duration);
  if (lasts === null || lasts < period) return null;
  return `lasts ${duration}, until it starts again: it would never end`;
}
