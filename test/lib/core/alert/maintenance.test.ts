import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastEndBefore, maintenanceAt, overlapMs } from "../../../../lib/core/alert/maintenance.ts";
import type { MaintenanceWindow } from "../../../../lib/core/endpoint/endpoint.ts";
import { instantOf, wallTimeAt } from "../../../../lib/core/endpoint/time-zone.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const utc = (text: string): number => Date.parse(`${text}Z`);
const iso = (at: number): string => new Date(at).toISOString().slice(0, 16);

const once = (start: string, hours: number, timeZone = "UTC"): MaintenanceWindow => ({
  start,
  durationMs: hours * HOUR,
  timeZone,
});

const every = (
  window: MaintenanceWindow,
  recurrence: MaintenanceWindow["recurrence"],
): MaintenanceWindow => ({
  ...window,
  ...(recurrence === undefined ? {} : { recurrence }),
});

/** Start and end of the maintenance at an instant, in UTC. */
function spanAt(windows: MaintenanceWindow[], at: string): string | null {
  const found = maintenanceAt(windows, utc(at));
  return found === null ? null : `${iso(found.start)} ${iso(found.end)}`;
}

describe("a single window", () => {
  const window = { ...once("2026-11-20T02:00", 2, "Europe/Berlin"), name: "database move" };

  it("is active from its start to before its end, in its own zone", () => {
    expect(maintenanceAt([window], utc("2026-11-20T00:59:59.999"))).toBeNull();
    const active = { name: "database move", start: utc("2026-11-20T01:00"), end: utc("2026-11-20T03:00") };
    expect(maintenanceAt([window], utc("2026-11-20T01:00"))).toEqual(active);
    expect(maintenanceAt([window], utc("2026-11-20T02:59:59.999"))).toEqual(active);
    expect(maintenanceAt([window], utc("2026-11-20T03:00"))).toBeNull();
  });

  it("never comes back", () => {
    expect(spanAt([window], "2026-11-21T02:00")).toBeNull();
    expect(spanAt([window], "2025-11-20T02:00")).toBeNull();
  });

  it("may last many days", () => {
    const long = once("2026-11-01T00:00", 31 * 24, "Asia/Kolkata");
    expect(spanAt([long], "2026-12-01T18:29")).toBe("2026-10-31T18:30 2026-12-01T18:30");
  });

  it("is nothing where there are no windows", () => {
    expect(maintenanceAt([], 0)).toBeNull();
    expect(overlapMs([], 0, DAY)).toBe(0);
    expect(lastEndBefore([], 0)).toBeNull();
  });
});

describe("recurrence", () => {
  const nightly = every(once("2026-11-20T23:00", 2), { every: "day", until: "2026-11-22" });

  it("by day: every night, over midnight, until the last day on which it starts", () => {
    expect(spanAt([nightly], "2026-11-20T00:30")).toBeNull(); // the first is still to come
    expect(spanAt([nightly], "2026-11-21T00:30")).toBe("2026-11-20T23:00 2026-11-21T01:00");
    expect(spanAt([nightly], "2026-11-23T00:30")).toBe("2026-11-22T23:00 2026-11-23T01:00");
    expect(spanAt([nightly], "2026-11-23T23:30")).toBeNull();
  });

  it("by week: on the start's own weekday", () => {
    const weekly = every(once("2026-11-20T10:00", 1), { every: "week" }); // a Friday
    expect(spanAt([weekly], "2026-11-27T10:30")).toBe("2026-11-27T10:00 2026-11-27T11:00");
    expect(spanAt([weekly], "2026-11-26T10:30")).toBeNull();
    expect(spanAt([weekly], "2026-11-13T10:30")).toBeNull();
  });

  it("by week: on the days it names, the start's own only when named", () => {
    const weekend = every(once("2026-11-20T00:00", 24), { every: "week", days: ["sat", "sun"] });
    expect(spanAt([weekend], "2026-11-20T12:00")).toBeNull();
    expect(spanAt([weekend], "2026-11-21T12:00")).toBe("2026-11-21T00:00 2026-11-23T00:00");
    expect(spanAt([weekend], "2026-11-23T00:00")).toBeNull();
  });

  it("by week: the weekday is the zone's, not UTC's", () => {
    const sunday = every(once("2026-11-22T01:00", 1, "Asia/Tokyo"), { every: "week", days: ["sun"] });
    expect(spanAt([sunday], "2026-11-28T16:30")).toBe("2026-11-28T16:00 2026-11-28T17:00");
  });

  it("by month: months without the day are left out", () => {
    const monthly = every(once("2026-10-31T05:00", 1), { every: "month" });
    expect(spanAt([monthly], "2026-11-30T05:30")).toBeNull();
    expect(spanAt([monthly], "2026-12-31T05:30")).toBe("2026-12-31T05:00 2026-12-31T06:00");
  });
});

describe("changes of the clocks", () => {
  it.each([
    // start on the wall, zone, first instant in UTC
    [
      "a skipped time in Berlin is counted with winter's offset",
      "2026-03-29T02:30",
      "Europe/Berlin",
      "2026-03-29T01:30",
    ],
    [
      "a time that comes twice in Berlin means the first",
      "2026-10-25T02:30",
      "Europe/Berlin",
      "2026-10-25T00:30",
    ],
    ["a skipped time in New York", "2026-03-08T02:30", "America/New_York", "2026-03-08T07:30"],
    ["a doubled time in New York", "2026-11-01T01:30", "America/New_York", "2026-11-01T05:30"],
    ["the hour before the skip", "2026-03-29T01:30", "Europe/Berlin", "2026-03-29T00:30"],
    ["the hour after it", "2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30"],
    ["the hour after the doubled one", "2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00"],
    [
      "half an hour of summer time (Lord Howe)",
      "2026-10-04T02:15",
      "Australia/Lord_Howe",
      "2026-10-03T15:45",
    ],
    ["a zone without summer time", "2026-03-29T02:30", "Asia/Kolkata", "2026-03-28T21:00"],
    ["a whole day skipped (Samoa, 2011)", "2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00"],
  ])("%s", (_what, start, zone, first) => {
    expect(iso(maintenanceAt([once(start, 1, zone)], utc(first))?.start ?? 0)).toBe(first);
    expect(maintenanceAt([once(start, 1, zone)], utc(first) - 1)).toBeNull();
  });

  it("a nightly window stays at its wall time, and its length stays elapsed time", () => {
    const nightly = every(once("2026-03-01T01:00", 3, "Europe/Berlin"), { every: "day" });
    expect(spanAt([nightly], "2026-03-28T01:00")).toBe("2026-03-28T00:00 2026-03-28T03:00");
    expect(spanAt([nightly], "2026-03-29T01:00")).toBe("2026-03-29T00:00 2026-03-29T03:00"); // 01:00 to 05:00 on the wall
    expect(spanAt([nightly], "2026-03-30T01:00")).toBe("2026-03-29T23:00 2026-03-30T02:00");
    expect(spanAt([nightly], "2026-10-25T01:00")).toBe("2026-10-24T23:00 2026-10-25T02:00");
    expect(spanAt([nightly], "2026-10-26T01:00")).toBe("2026-10-26T00:00 2026-10-26T03:00");
  });

  it("wall time and instant are each other's inverse, skipped times apart", () => {
    const zones = [
      "Europe/Berlin",
      "America/New_York",
      "Asia/Kolkata",
      "Australia/Lord_Howe",
      "America/Sao_Paulo",
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: utc("2015-01-01T00:00") / MINUTE, max: utc("2030-01-01T00:00") / MINUTE }),
        (zone, minute) => {
          const wall = wallTimeAt(zone, minute * MINUTE);
          const back = instantOf(zone, wall);
          expect(wallTimeAt(zone, back)).toBe(wall);
          expect(back).toBeLessThanOrEqual(minute * MINUTE); // of two, the first
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("knows more spellings of zones than it remembers", () => {
    const spellings = Array.from({ length: 1_024 }, (_, i) => {
      const city = [..."copenhagen"].map((char, bit) => ((i >> bit) & 1 ? char.toUpperCase() : char));
      return `Europe/${city.join("")}`;
    });
    expect(new Set(spellings).size).toBe(1_024);
    expect(new Set(spellings.map((zone) => wallTimeAt(zone, utc("2026-07-01T00:00")))).size).toBe(1);
  });
});

describe("several windows", () => {
  it("that overlap or touch are one, named after the one that is active and began first", () => {
    const windows = [
      { ...once("2026-11-20T03:00", 2), name: "second" },
      { ...once("2026-11-20T02:00", 2), name: "first" },
      { ...once("2026-11-20T05:00", 1), name: "third" },
      { ...once("2026-11-20T05:15", 0.5) },
      { ...once("2026-11-20T07:00", 1), name: "later" },
    ];
    const whole = { start: utc("2026-11-20T02:00"), end: utc("2026-11-20T06:00") };
    const nameAt = (at: string) => maintenanceAt(windows, utc(at));
    expect(nameAt("2026-11-20T02:30")).toEqual({ name: "first", ...whole });
    expect(nameAt("2026-11-20T03:30")).toEqual({ name: "first", ...whole });
    expect(nameAt("2026-11-20T04:30")).toEqual({ name: "second", ...whole });
    expect(nameAt("2026-11-20T05:30")).toEqual({ name: "third", ...whole });
    expect(nameAt("2026-11-20T06:30")).toBeNull();
  });

  it("of which an unnamed one began first have no name", () => {
    const windows = [{ ...once("2026-11-20T02:00", 2), name: "named" }, once("2026-11-20T01:00", 4)];
    expect(maintenanceAt(windows, utc("2026-11-20T02:30"))).toEqual({
      start: utc("2026-11-20T01:00"),
      end: utc("2026-11-20T05:00"),
    });
  });

  it("that never pause are followed only so far", () => {
    const windows = ["2026-01-01T00:00", "2026-01-01T12:00"].map((start) =>
      every(once(start, 12), { every: "day" }),
    );
    const found = maintenanceAt(windows, utc("2026-06-01T06:00"));
    expect(found).not.toBeNull();
    expect((found?.end ?? 0) - (found?.start ?? 0)).toBeLessThan(40 * DAY);
    expect(lastEndBefore(windows, utc("2026-06-01T06:00"))).toBeNull();
  });
});

describe("overlapMs", () => {
  const nightly = every(once("2026-11-01T02:00", 1), { every: "day" });

  it("counts the time inside, cut at both ends, what overlaps only once", () => {
    const windows = [nightly, once("2026-11-20T02:30", 1)];
    expect(overlapMs(windows, utc("2026-11-20T00:00"), utc("2026-11-20T02:15"))).toBe(15 * MINUTE);
    expect(overlapMs(windows, utc("2026-11-20T00:00"), utc("2026-11-21T00:00"))).toBe(90 * MINUTE);
    expect(overlapMs(windows, utc("2026-11-20T02:45"), utc("2026-11-20T03:15"))).toBe(30 * MINUTE);
    expect(overlapMs(windows, utc("2026-11-20T04:00"), utc("2026-11-20T05:00"))).toBe(0);
    expect(overlapMs(windows, utc("2026-11-20T05:00"), utc("2026-11-20T00:00"))).toBe(0);
  });

  it("looks at the last 32 days only", () => {
    expect(overlapMs([nightly], utc("2026-11-01T00:00"), utc("2030-11-01T00:00"))).toBe(32 * HOUR);
  });

  it("is what counting minute by minute gives", () => {
    const windows = fc.array(windowIn2026(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        windows,
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 0, max: 600 }),
        (windows, start, length) => {
          const from = utc("2026-03-20T00:00") + start * MINUTE;
          const minutes = Array.from({ length }, (_, i) => from + i * MINUTE);
          const inside = minutes.filter((at) => maintenanceAt(windows, at) !== null).length;
          expect(overlapMs(windows, from, from + length * MINUTE)).toBe(inside * MINUTE);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("lastEndBefore", () => {
  const nightly = every(once("2026-11-01T02:00", 1), { every: "day" });

  it("is the end of the latest that ended, at that instant included", () => {
    expect(iso(lastEndBefore([nightly], utc("2026-11-20T03:00")) ?? 0)).toBe("2026-11-20T03:00");
    expect(iso(lastEndBefore([nightly], utc("2026-11-20T02:59")) ?? 0)).toBe("2026-11-19T03:00");
    expect(iso(lastEndBefore([nightly], utc("2026-11-21T01:00")) ?? 0)).toBe("2026-11-20T03:00");
  });

  it("is no end when another window goes on", () => {
    const windows = [nightly, once("2026-11-20T02:30", 2)];
    expect(iso(lastEndBefore(windows, utc("2026-11-20T03:30")) ?? 0)).toBe("2026-11-19T03:00");
    expect(iso(lastEndBefore(windows, utc("2026-11-20T04:30")) ?? 0)).toBe("2026-11-20T04:30");
  });

  it("looks eight days back", () => {
    const window = once("2026-11-01T02:00", 1);
    expect(lastEndBefore([window], utc("2026-11-09T02:59"))).toBe(utc("2026-11-01T03:00"));
    expect(lastEndBefore([window], utc("2026-11-09T03:00"))).toBeNull();
    expect(lastEndBefore([window], utc("2026-11-01T02:30"))).toBeNull();
  });

  it("is a true end: maintenance up to it, none from it on", () => {
    fc.assert(
      fc.property(
        fc.array(windowIn2026(), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 20_000 }),
        (windows, start) => {
          const at = utc("2026-03-20T00:00") + start * MINUTE;
          const end = lastEndBefore(windows, at);
          if (end === null) return;
          expect(end).toBeLessThanOrEqual(at);
          expect(maintenanceAt(windows, end)).toBeNull();
          expect(maintenanceAt(windows, end - 1)).not.toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });
});

function windowIn2026(): fc.Arbitrary<MaintenanceWindow> {
  const recurrences: fc.Arbitrary<MaintenanceWindow["recurrence"]> = fc.constantFrom(
    undefined,
    { every: "day" },
    { every: "week", days: ["sat", "sun", "wed"] },
    { every: "month" },
  );
  return fc
    .record({
      minute: fc.integer({ min: 0, max: 20_000 }),
      durationMs: fc.integer({ min: 1, max: 1_380 }).map((minutes) => minutes * MINUTE),
      timeZone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"),
      recurrence: recurrences,
    })
    .map(({ minute, recurrence, ...rest }) =>
      every({ ...rest, start: iso(utc("2026-03-20T00:00") + minute * MINUTE) }, recurrence),
    );
}
