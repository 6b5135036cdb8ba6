import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hash32,
  isDue,
  roundsOf,
  shardCountFor,
  shardOf,
  shardOffsetMs,
} from "../../../../lib/core/check/schedule.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 20, 12, 0);

/** Ids people write, and ids machines make. */
const idSets = {
  numbered: Array.from({ length: 6_000 }, (_, i) => `endpoint-${i + 1}`),
  hosts: Array.from({ length: 6_000 }, (_, i) => `shop${i}.example.com`),
  random: fc.sample(fc.stringMatching(/^[a-z0-9]{12}$/), { numRuns: 6_000, seed: 7 }),
};

/** Pearson's statistic against an even spread, as standard deviations above its mean (k - 1). */
function chiSquaredZ(counts: readonly number[]): number {
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const chi = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
  return (chi - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

const minuteOf = (id: string, minutes: number): number =>
  Array.from({ length: minutes }, (_, i) => i).findIndex((i) =>
    isDue(id, minutes * MINUTE, START + i * MINUTE),
  );

describe("isDue", () => {
  it("is due once in every interval, always at the same distance", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1_440 }), (id, minutes) => {
        const first = minuteOf(id, minutes);
        const due = [0, 1, 2].map((n) => isDue(id, minutes * MINUTE, START + (first + n * minutes) * MINUTE));
        expect([first >= 0, ...due]).toEqual([true, true, true, true]);
        const before = minutes === 1 || !isDue(id, minutes * MINUTE, START + (first + minutes - 1) * MINUTE);
        expect(before).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("depends on the minute alone, not on the shard's place in it", () => {
    const at = START + minuteOf("shop", 5) * MINUTE;
    expect([at, at + 1, at + 59_999].map((t) => isDue("shop", 5 * MINUTE, t))).toEqual([true, true, true]);
    expect(isDue("shop", 5 * MINUTE, at + MINUTE)).toBe(false);
  });

  it("is due in every minute at an interval of a minute or less", () => {
    const minutes = [0, 1, 2].map((i) => START + i * MINUTE);
    expect(minutes.every((at) => isDue("shop", MINUTE, at) && isDue("shop", 10_000, at))).toBe(true);
  });

  it("is due in every minute while in trouble", () => {
    const minutes = Array.from({ length: 10 }, (_, i) => START + i * MINUTE);
    expect(minutes.every((at) => isDue("shop", 60 * MINUTE, at, true))).toBe(true);
  });

  it.each(Object.keys(idSets))("spreads %s ids evenly over the minutes (chi-squared)", (name) => {
    const ids = idSets[name as keyof typeof idSets]; // the names come from the table itself
    for (const minutes of [2, 3, 5, 10, 15, 60]) {
      const counts = Array.from({ length: minutes }, () => 0);
      for (const id of ids) bump(counts, minuteOf(id, minutes));
      expect(chiSquaredZ(counts)).toBeLessThan(4);
    }
  });

  it("spreads the endpoints of one shard just as evenly", () => {
    for (const minutes of [2, 4, 10, 60]) {
      const counts = Array.from({ length: minutes }, () => 0);
      for (const id of idSets.numbered.filter((id) => shardOf(id, 4) === 1))
        bump(counts, minuteOf(id, minutes));
      expect(chiSquaredZ(counts)).toBeLessThan(4);
    }
  });
});

describe("hash32", () => {
  it("changes about half of its bits when one character changes", () => {
    const flips = idSets.numbered.map((id) => bits(hash32(id) ^ hash32(`${id.slice(0, -1)}x`)));
    const mean = flips.reduce((a, b) => a + b, 0) / flips.length;
    expect(mean).toBeGreaterThan(15.8);
    expect(mean).toBeLessThan(16.2);
  });

  it("tells seeds apart, and characters beyond Latin", () => {
    expect(hash32("a", 1)).not.toBe(hash32("a", 2));
    expect(hash32("ā")).not.toBe(hash32("\u0001")); // both have the low byte 1
  });

  it("never changes: stored shards and schedules depend on it", () => {
    expect([hash32(""), hash32("endpoint-1"), hash32("endpoint-1", 7)]).toMatchInlineSnapshot(`
      [
        2872998923,
        401913851,
        748336817,
      ]
    `);
  });
});

const bits = (n: number): number => (n >>> 0).toString(2).replaceAll("0", "").length;

describe("roundsOf", () => {
  it.each([
    [10_000, [0, 10, 20, 30, 40, 50]],
    [15_000, [0, 15, 30, 45]],
    [20_000, [0, 20, 40]],
    [30_000, [0, 30]],
    [MINUTE, [0]],
    [5 * MINUTE, [0]],
  ])("gives the ticks of one minute at an interval of %i ms", (intervalMs, seconds) => {
    expect(roundsOf(intervalMs, START + 7).map((at) => (at - START - 7) / 1_000)).toEqual(seconds);
  });
});

describe("shards", () => {
  it.each([
    [0, 1],
    [1, 1],
    [500, 1],
    [501, 2],
    [900, 4],
    [5_000, 16],
    [10_000, 32],
  ])("%i endpoints need %i", (n, count) => expect(shardCountFor(n)).toBe(count));

  it("takes another size", () => expect(shardCountFor(30, 10)).toBe(16));

  it.each(Object.entries(idSets))("hold at most 500 each, spread evenly (%s)", (_name, ids) => {
    const count = shardCountFor(ids.length);
    const counts = Array.from({ length: count }, () => 0);
    for (const id of ids) bump(counts, shardOf(id, count));
    expect(Math.max(...counts)).toBeLessThanOrEqual(500);
    expect(chiSquaredZ(counts)).toBeLessThan(4);
  });

  it("keep or hand over to one new shard when their number doubles", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 8 }), (id, power) => {
        const [before, after] = [shardOf(id, 2 ** power), shardOf(id, 2 ** (power + 1))];
        return after === before || after === before + 2 ** power;
      }),
    );
  });

  it("tick evenly over the minute", () => {
    const offsets = Array.from({ length: 8 }, (_, shard) => shardOffsetMs(shard, 8));
    expect(offsets).toEqual([0, 30_000, 15_000, 45_000, 7_500, 37_500, 22_500, 52_500]);
    expect(shardOffsetMs(0, 1)).toBe(0);
  });

  it("keep their place in the minute when their number doubles", () => {
    for (const count of [1, 2, 4, 8, 16]) {
      for (let shard = 0; shard < count; shard++)
        expect(shardOffsetMs(shard, 2 * count)).toBe(shardOffsetMs(shard, count));
    }
  });
});

function bump(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
