import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { statsWindows } from "../../../../lib/core/history/window.ts";
import { boundsOf, gapsBetween, planOf } from "../../../../lib/core/read/plan.ts";
import { DAY, DAY_START, HOUR, MINUTE } from "../history/records.ts";

const NOW = DAY_START + 10 * HOUR + 25 * MINUTE;

describe("the bounds of a window", () => {
  it("of ten minutes hold ten ticks a minute apart, wherever now is", () => {
    for (const now of [NOW, NOW + 1, NOW + 59_999]) {
      const { since, until } = boundsOf("10m", now);
      expect(Math.floor(until / MINUTE) - Math.ceil(since / MINUTE) + 1).toBe(10);
    }
  });

  it("of more than a day begin with a whole hour", () => {
    expect(boundsOf("7d", NOW)).toEqual({ since: DAY_START - 7 * DAY + 10 * HOUR, until: NOW });
  });
});

describe("where the numbers come from", () => {
  it("ticks alone for an hour, and as long as nothing is rolled up", () => {
    const hour = boundsOf("1h", NOW);
    expect(planOf(hour.since, NOW, DAY_START + 9 * HOUR)).toEqual({ ticks: [hour], hours: null, days: null });
    const day = boundsOf("24h", NOW);
    expect(planOf(day.since, NOW, null)).toEqual({ ticks: [day], hours: null, days: null });
    expect(planOf(day.since, NOW, DAY_START - 5 * DAY)).toEqual({ ticks: [day], hours: null, days: null });
  });

  it("for a day: the broken hour from ticks, whole hours from buckets, the rest from ticks", () => {
    const { since } = boundsOf("24h", NOW);
    expect(planOf(since, NOW, DAY_START + 8 * HOUR)).toEqual({
      ticks: [
        { since, until: DAY_START - 13 * HOUR - 1 },
        { since: DAY_START + 9 * HOUR, until: NOW },
      ],
      hours: { since: DAY_START - 13 * HOUR, until: DAY_START + 9 * HOUR },
      days: null,
    });
  });

  it("beyond: whole days as days", () => {
    const { since } = boundsOf("7d", NOW);
    expect(planOf(since, NOW, DAY_START + 8 * HOUR)).toEqual({
      ticks: [{ since: DAY_START + 9 * HOUR, until: NOW }],
      hours: { since, until: DAY_START + 9 * HOUR },
      days: { since: DAY_START - 6 * DAY, until: DAY_START },
    });
  });

  it("never reads a bucket that ends after now, however far rolling up is", () => {
    const { since } = boundsOf("24h", NOW);
    expect(planOf(since, NOW, DAY_START + 20 * HOUR)).toMatchObject({
      hours: { until: DAY_START + 10 * HOUR },
      ticks: [{}, { since: DAY_START + 10 * HOUR, until: NOW }],
    });
  });

  it("covers every millisecond once", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...statsWindows),
        fc.nat(3 * DAY),
        fc.option(fc.integer({ min: -40 * 24, max: 80 })),
        (window, offset, rolled) => {
          const { since, until } = boundsOf(window, DAY_START + offset);
          const plan = planOf(since, until, rolled === null ? null : DAY_START + rolled * HOUR);
          const hours = plan.hours === null ? [] : [{ since: plan.hours.since, until: plan.hours.until - 1 }];
          const spans = [...plan.ticks, ...hours].sort((a, b) => a.since - b.since);
          expect(spans[0]?.since).toBe(since);
          expect(spans.at(-1)?.until).toBe(until);
          for (const [i, span] of spans.entries()) {
            expect(span.since).toBeLessThanOrEqual(span.until);
            if (i > 0) expect(span.since).toBe((spans[i - 1]?.until ?? 0) + 1);
          }
        },
      ),
    );
  });
});

describe("what no day bucket covers", () => {
  const hours = { since: DAY_START - 2 * DAY - HOUR, until: DAY_START + DAY + 3 * HOUR };

  it("is everything when there is none", () => {
    expect(gapsBetween(hours, [])).toEqual([hours]);
  });

  it("is the broken ends and every day that is missing; regions repeat a day", () => {
    expect(gapsBetween(hours, [DAY_START, DAY_START, DAY_START - 2 * DAY])).toEqual([
      { since: hours.since, until: DAY_START - 2 * DAY },
      { since: DAY_START - DAY, until: DAY_START },
      { since: DAY_START + DAY, until: hours.until },
    ]);
  });
});
