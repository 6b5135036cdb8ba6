import { expect, test } from "vitest";
import { readEvent } from "../../../functions/dispatch/event.ts";

const NOON = Date.UTC(2026, 10, 20, 12);

test.each([
  ["2026-11-20T12:00:00Z", NOON],
  ["2026-11-20T12:00:59.999Z", NOON],
  ["2026-11-20T13:00:07+01:00", NOON],
])("%s belongs to its minute", (scheduledAt, minute) => {
  expect(readEvent({ scheduledAt })).toBe(minute);
});

test.each([
  undefined,
  {},
  { scheduledAt: "<aws.scheduler.scheduled-time>" },
  { scheduledAt: NOON },
  { scheduledAt: "2026-11-20" },
  { scheduledAt: "2026-13-20T12:00:00Z" },
  { scheduledAt: "2026-11-20T12:00:00Z", region: "paris" },
])("%o is refused with what was expected", (event) => {
  expect(() => readEvent(event)).toThrow(expect.objectContaining({ code: "bad_event" }));
});
