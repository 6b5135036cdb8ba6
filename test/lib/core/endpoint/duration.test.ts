import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, humanDuration, parseDuration } from "../../../../lib/core/endpoint/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["60s", 60_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["500ms", 500],
    ["1d", 86_400_000],
    ["1m30s", 90_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["0s", 0],
  ])("reads %s", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "60", "s", "30s1m", "1m1m", "1.5s", "-1s", "1 m", " 1m", "1M", "1w", "9999999999s"])(
    "refuses %j",
    (text) => expect(parseDuration(text)).toBeNull(),
  );
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [60_000, "1m"],
    [90_000, "1m30s"],
    [1_500, "1s500ms"],
    [86_400_000, "1d"],
  ])("writes %i as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

  it("is read again as what was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), (ms) => parseDuration(formatDuration(ms)) === ms),
    );
  });
});

describe("humanDuration", () => {
  it.each([
    [0, "0s"],
    [-5, "0s"],
    [350.7, "350ms"],
    [1_999, "1s"],
    [150_000, "2m 30s"],
    [3_900_000, "1h 5m"],
    [100_799_000, "1d 3h"],
  ])("says %d as %s", (ms, text) => expect(humanDuration(ms)).toBe(text));
});
