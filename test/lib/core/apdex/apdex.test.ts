import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apdexOf, formatApdex, zoneOf } from "../../../../lib/core/apdex/apdex.ts";

const counts = (satisfied: number, tolerating: number, frustrated: number) => ({
  satisfied,
  tolerating,
  frustrated,
});

describe("Apdex, specification 1.1", () => {
  it.each([
    [0, "satisfied"],
    [500, "satisfied"],
    [500.01, "tolerating"],
    [2000, "tolerating"],
    [2000.01, "frustrated"],
  ])("puts %d ms with a target of 500 ms among the %s", (ms, zone) => {
    expect(zoneOf(ms, 500)).toBe(zone);
  });

  it("counts a tolerating sample half", () => {
    expect(apdexOf(counts(60, 30, 10), 500)).toEqual({
      score: 0.75,
      rating: "Fair",
      smallGroup: false,
      samples: 100,
      targetMs: 500,
    });
  });

  it.each([
    [100, 0, 0, 1, "Excellent"],
    [94, 0, 6, 0.94, "Excellent"],
    [935, 0, 65, 0.94, "Excellent"],
    [93, 0, 7, 0.93, "Good"],
    [85, 0, 15, 0.85, "Good"],
    [84, 0, 16, 0.84, "Fair"],
    [70, 0, 30, 0.7, "Fair"],
    [69, 0, 31, 0.69, "Poor"],
    [0, 100, 0, 0.5, "Poor"],
    [0, 98, 2, 0.49, "Unacceptable"],
    [0, 0, 100, 0, "Unacceptable"],
  ])("rates %d, %d, %d as %d %s", (satisfied, tolerating, frustrated, score, rating) => {
    expect(apdexOf(counts(satisfied, tolerating, frustrated), 500)).toMatchObject({ score, rating });
  });

  it("stays between 0 and 1 with at most two decimals", () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(9999), fc.nat(9999), (s, t, f) => {
        const { score } = apdexOf(counts(s, t, f), 500);
        if (s + t + f === 0) return score === null;
        return score !== null && score >= 0 && score <= 1 && Number(score.toFixed(2)) === score;
      }),
    );
  });

  it.each([
    [counts(50, 100, 50), 4000, "0.50 [4.0]"],
    [counts(100, 0, 0), 500, "1.00 [0.5]"],
    [counts(93, 0, 6), 500, "0.94 [0.5]*"],
    [counts(1, 0, 0), 10_000, "1.00 [10]*"],
    [counts(0, 0, 0), 4000, "NS [4.0]"],
    [counts(0, 0, 0), 250, "NS [0.25]"],
    [counts(0, 0, 0), 12_500, "NS [12.5]"],
  ])("writes %o with a target of %d ms as %s", (zones, targetMs, text) => {
    expect(formatApdex(apdexOf(zones, targetMs))).toBe(text);
  });
});
