import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../../../../lib/core/check/outcome.ts";
import { type Bucket, bucketStart } from "../../../../lib/core/history/bucket.ts";
import { mergeBuckets, rollDay, rollHour } from "../../../../lib/core/history/roll.ts";
import { summaryOf } from "../../../../lib/core/history/stats.ts";
import { addBucket, addRecord, addTally, bucketOf, emptyTally } from "../../../../lib/core/history/tally.ts";
import { anyRecords, aRecord, DAY, DAY_START, HOUR, MINUTE } from "./records.ts";

const target = () => 500;
const KEY = { org: "acme", endpointId: "shop", region: "all", size: "hour", start: DAY_START } as const;
const anyBuckets = anyRecords(DAY_START, DAY_START + HOUR).map((records) =>
  rollHour(DAY_START, records, target),
);
const merge = (...buckets: readonly Bucket[]): Bucket => mergeBuckets(KEY, buckets);

describe("bucket starts", () => {
  it.each([
    ["hour", DAY_START + 90 * MINUTE, DAY_START + HOUR],
    ["hour", DAY_START + HOUR, DAY_START + HOUR],
    ["day", DAY_START + DAY - 1, DAY_START],
    ["day", DAY_START + DAY, DAY_START + DAY],
  ] as const)("of the %s around %d", (size, at, start) => {
    expect(bucketStart(size, at)).toBe(start);
  });
});

describe("rolling up an hour", () => {
  it("gives one bucket for each endpoint and region, with points for each minute that has records", () => {
    const buckets = rollHour(
      DAY_START,
      [
        aRecord({ scheduledAt: DAY_START + MINUTE, totalMs: 100.1 }),
        aRecord({ scheduledAt: DAY_START, totalMs: 50 }),
        aRecord({ scheduledAt: DAY_START + 10_000, outcome: failure("tcp.reset", "reset"), status: null }),
        aRecord({ scheduledAt: DAY_START, region: "eu-west-1", status: 204 }),
        aRecord({ scheduledAt: DAY_START, endpointId: "blog", invalid: "no_canary" }),
      ],
      target,
    );
    expect(
      buckets.map(({ endpointId, region, ok, failed, invalid }) => [endpointId, region, ok, failed, invalid]),
    ).toEqual([
      ["shop", "local", 2, 1, 0],
      ["shop", "eu-west-1", 1, 0, 0],
      ["blog", "local", 0, 0, 1],
    ]);
    expect(buckets[0]).toMatchObject({
      schema: 1,
      org: "acme",
      size: "hour",
      start: DAY_START,
      satisfied: 2,
      tolerating: 0,
      frustrated: 1,
      status: { "200": 2, tcp: 1 },
      response: { count: 2, sumMs: 150.1015625, maxMs: 100.1 },
      points: [
        [0, 1, 1, 1, 50],
        [1, 1, 0, 1, 100.1015625],
      ],
    });
    expect(buckets[2]?.points).toEqual([]);
  });

  it("holds each endpoint to its own target", () => {
    const slow = [aRecord({ totalMs: 700 }), aRecord({ endpointId: "blog", totalMs: 700 })];
    const [shop, blog] = rollHour(DAY_START, slow, ({ endpointId }) => (endpointId === "shop" ? 500 : 1000));
    expect([shop?.tolerating, blog?.satisfied]).toEqual([1, 1]);
  });

  it("counts the first of repeats, wherever they stand", () => {
    fc.assert(
      fc.property(anyRecords(DAY_START, DAY_START + HOUR), fc.infiniteStream(fc.nat()), (records, picks) => {
        const repeats = records.map((record) => ({ ...record, outcome: "ok" as const, totalMs: 1 }));
        const mixed = [...records, ...repeats.filter(() => Number(picks.next().value) % 2 === 0)];
        expect(rollHour(DAY_START, mixed, target)).toEqual(rollHour(DAY_START, records, target));
      }),
    );
  });
});

describe("merging buckets", () => {
  it("gives the same bytes in any order and grouping", () => {
    fc.assert(
      fc.property(anyBuckets, anyBuckets, anyBuckets, (a, b, c) => {
        const all = JSON.stringify(merge(...a, ...b, ...c));
        expect(JSON.stringify(merge(...c, ...a, ...b))).toBe(all);
        expect(JSON.stringify(merge(merge(...a, ...b), ...c))).toBe(all);
        expect(JSON.stringify(merge(...a, merge(...b, ...c)))).toBe(all);
      }),
    );
  });

  it("with nothing changes nothing", () => {
    fc.assert(
      fc.property(anyBuckets, (buckets) => {
        const one = merge(...buckets);
        expect(merge(one, merge())).toEqual(one);
        expect(merge(one)).toEqual(one);
      }),
    );
  });

  it("counts what the records count", () => {
    fc.assert(
      fc.property(anyRecords(DAY_START, DAY_START + HOUR), (records) => {
        const tally = emptyTally({ points: true });
        for (const record of records) addRecord(tally, record, 500);
        expect(merge(...rollHour(DAY_START, records, target))).toEqual(bucketOf(KEY, tally));
      }),
    );
  });

  it("is the same for tallies, but for the points", () => {
    fc.assert(
      fc.property(anyRecords(DAY_START, DAY_START + HOUR), (records) => {
        const [direct, summed] = [emptyTally(), emptyTally()];
        for (const record of records) {
          const one = emptyTally({ points: true });
          addRecord(one, record, 500);
          addTally(summed, one);
          addRecord(direct, record, 500);
        }
        expect(bucketOf(KEY, summed)).toEqual(bucketOf(KEY, direct));
      }),
    );
  });

  it("takes a bucket without points as one that has none", () => {
    const tally = emptyTally({ points: true });
    addBucket(tally, bucketOf(KEY, emptyTally()));
    expect(bucketOf(KEY, tally).points).toEqual([]);
  });
});

describe("rolling up days", () => {
  it("gives one bucket for each region and day, without points, that counts what its hours do", () => {
    fc.assert(
      fc.property(anyRecords(DAY_START, DAY_START + 2 * DAY), (records) => {
        const hours = [
          ...Map.groupBy(records, ({ scheduledAt }) => bucketStart("hour", scheduledAt)),
        ].flatMap(([start, part]) => rollHour(start, part, target));
        const days = rollDay(hours);
        const keys = days.map(({ region, start }) => `${region} ${start}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(days.every((day) => day.size === "day" && day.points === undefined)).toBe(true);
        const [fromDays, fromRecords] = [emptyTally(), emptyTally()];
        for (const day of days) addBucket(fromDays, day);
        for (const record of records) addRecord(fromRecords, record, 500);
        expect(summaryOf(fromDays, 500)).toEqual(summaryOf(fromRecords, 500));
      }),
    );
  });
});
