import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRACE_MS } from "../../../functions/rollup/handle.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { BUCKET_MS, type Bucket, bucketStart } from "../../../lib/core/history/bucket.ts";
import { rollDay, rollHour } from "../../../lib/core/history/roll.ts";
import type { ShardStay } from "../../../lib/core/ports.ts";
import { aRecord, DAY_START, HOUR, MINUTE } from "../../lib/core/history/records.ts";
import { anEndpoint } from "../../lib/core/read/memory.ts";
import { type Placed, shardWorld } from "./shard-world.ts";

const hour = (n: number) => DAY_START + n * HOUR;
const A = { shard: "a", region: "paris" };
const B = { shard: "b", region: "paris" };

const inShard = (shard: string, over: Partial<CheckRecord>): Placed => ({
  shard,
  record: aRecord({ region: "paris", ...over }),
});

const shown = (buckets: ReadonlyMap<string, Bucket>) =>
  [...buckets.values()]
    .filter(({ size }) => size === "hour")
    .map(({ org, endpointId, region, ok }) => [`${org}/${endpointId}`, region, ok]);

describe("a shard in a region", () => {
  it("is rolled up by itself, whoever's its endpoints are and however they are called", async () => {
    const world = shardWorld(
      [
        { endpoint: anEndpoint({ apdexTargetMs: 50 }), shard: "a" },
        { endpoint: anEndpoint({ org: "rival" }), shard: "a" },
      ],
      [
        inShard("a", { scheduledAt: hour(1) }),
        inShard("a", { scheduledAt: hour(1) + MINUTE }),
        inShard("a", { scheduledAt: hour(1), org: "rival" }),
        inShard("a", { scheduledAt: hour(1), region: "tokyo" }),
        inShard("b", { scheduledAt: hour(1), endpointId: "blog" }),
      ],
    );
    await world.marks.markRolledUp(A, hour(0));
    const result = await world.rollup()({ scope: A, now: hour(2) + GRACE_MS });
    expect(result).toEqual({ hours: 1, buckets: 2, more: false });
    expect(shown(world.buckets)).toEqual([
      ["acme/shop", "paris", 2],
      ["rival/shop", "paris", 1],
    ]);
    expect([...world.buckets.values()]).toMatchObject([{ tolerating: 2 }, { satisfied: 1 }]);
    expect(await world.marks.rolledUpTo(A)).toBe(hour(1));
    expect(await world.marks.rolledUpTo({ ...A, region: "tokyo" })).toBeNull();
    expect(await world.marks.rolledUpTo(B)).toBeNull();
  });

  it("goes on as long as there is time, one hour at least", async () => {
    const world = shardWorld([], []);
    await world.marks.markRolledUp(A, hour(0));
    const answers = [true, false];
    const event = { scope: A, now: hour(6), mayGoOn: () => answers.shift() ?? false };
    expect(await world.rollup()(event)).toEqual({ hours: 2, buckets: 0, more: true });
    expect(await world.rollup()(event)).toEqual({ hours: 1, buckets: 0, more: true });
    expect(await world.marks.rolledUpTo(A)).toBe(hour(3));
  });

  it("keeps the hour of an endpoint that was deleted, or paused, where it was", async () => {
    const world = shardWorld(
      [{ endpoint: anEndpoint({ id: "paused" }), movedFrom: [{ shard: "a", at: hour(1) + 30 * MINUTE }] }],
      ["gone", "paused"].map((endpointId) => inShard("a", { endpointId, scheduledAt: hour(1) })),
    );
    await world.marks.markRolledUp(A, hour(0));
    await world.rollup()({ scope: A, now: hour(2) + GRACE_MS });
    expect(shown(world.buckets)).toEqual([
      ["acme/gone", "paris", 1],
      ["acme/paused", "paris", 1],
    ]);
  });

  it("leaves an endpoint alone that was deleted and made anew in another shard", async () => {
    const world = shardWorld(
      [{ endpoint: anEndpoint(), shard: "b" }],
      [
        inShard("a", { scheduledAt: hour(1), totalMs: 7 }),
        inShard("b", { scheduledAt: hour(1) + 30 * MINUTE }),
      ],
    );
    for (const place of [A, B]) await world.marks.markRolledUp(place, hour(0));
    for (const scope of [B, A]) await world.rollup()({ scope, now: hour(2) + GRACE_MS });
    expect([...world.buckets.values()]).toMatchObject([{ ok: 1, response: { sumMs: 100 } }]);
  });

  it("counts what a probe with an old list checked in the shard that was left before the hour", async () => {
    const world = shardWorld(
      [{ endpoint: anEndpoint(), shard: "b", movedFrom: [{ shard: "a", at: hour(1) - MINUTE }] }],
      [inShard("a", { scheduledAt: hour(1) }), inShard("b", { scheduledAt: hour(1) + MINUTE })],
    );
    for (const place of [A, B]) await world.marks.markRolledUp(place, hour(0));
    for (const scope of [A, B]) await world.rollup()({ scope, now: hour(2) + GRACE_MS });
    expect(shown(world.buckets)).toEqual([["acme/shop", "paris", 2]]);
  });
});

const SHARDS = ["a", "b", "c"];
const END = hour(49);

/** One endpoint's way through shards: from which moments on it is where; paused at the end, or not. */
interface Way {
  moves: number[];
  shards: string[];
  paused: boolean;
}

const anyWay: fc.Arbitrary<Way> = fc.record({
  moves: fc
    .uniqueArray(fc.integer({ min: 1, max: 49 * 60 - 1 }), { maxLength: 4 })
    .map((minutes) => minutes.sort((a, b) => a - b).map((minute) => DAY_START + minute * MINUTE)),
  shards: fc.array(fc.constantFrom(...SHARDS), { minLength: 5, maxLength: 5 }),
  paused: fc.boolean(),
});

const shardAt = ({ moves, shards }: Way, at: number): string =>
  shards[moves.filter((move) => move <= at).length] ?? "a";
const pausedAt = ({ moves, paused }: Way): number => (paused ? (moves.at(-1) ?? END) : END);

/** How it is stored at a moment. */
function storedAt(way: Way, now: number) {
  const over = way.moves.filter((move) => move <= now);
  const movedFrom = over.map((at, i): ShardStay => ({ shard: way.shards[i] ?? "a", at }));
  return {
    endpoint: anEndpoint({ apdexTargetMs: 123 }),
    movedFrom,
    ...(now < pausedAt(way) || !way.paused ? { shard: shardAt(way, now) } : {}),
  };
}

const ticksOf = (way: Way): Placed[] =>
  Array.from({ length: 49 * 12 }, (_, i) => DAY_START + i * 5 * MINUTE)
    .filter((at) => at < pausedAt(way))
    .map((at, i) => inShard(shardAt(way, at), { scheduledAt: at, totalMs: 50 + i }));

/** What one log of all ticks would be rolled up to. */
function expectedOf(placed: readonly Placed[]): Bucket[] {
  const byHour = Map.groupBy(placed, ({ record }) => bucketStart("hour", record.scheduledAt));
  const hours = [...byHour].flatMap(([start, some]) =>
    rollHour(
      start,
      some.map(({ record }) => record),
      () => 123,
    ),
  );
  return [...hours, ...rollDay(hours).filter(({ start }) => start + BUCKET_MS.day < END)];
}

const bySizeAndStart = (buckets: Iterable<Bucket>): Bucket[] =>
  [...buckets].sort((a, b) => (a.size === b.size ? a.start - b.start : a.size < b.size ? -1 : 1));

describe("an endpoint that moved", () => {
  it("has every hour and day whole, however late and how often each of its shards is rolled up", async () => {
    const visits = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 * 60 }), fc.constantFrom(...SHARDS)), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(anyWay, visits, async (way, seldom) => {
        let now = DAY_START;
        const placed = ticksOf(way);
        const world = shardWorld(() => [storedAt(way, now)], placed);
        const rollup = world.rollup({ hours: 200 });
        for (const shard of SHARDS) await world.marks.markRolledUp({ shard, region: "paris" }, hour(-1));
        const last = SHARDS.map((shard): [number, string] => [50 * 60 + 30, shard]);
        for (const [minute, shard] of [...seldom.toSorted(([a], [b]) => a - b), ...last]) {
          now = DAY_START + minute * MINUTE;
          await rollup({ scope: { shard, region: "paris" }, now });
        }
        const found = bySizeAndStart(world.buckets.values());
        const days = new Set(found.filter(({ size }) => size === "day").map(({ start }) => start));
        // The day of one that was paused before its last hour is read from its hours.
        const expected = expectedOf(placed).filter(
          ({ size, start }) => size === "hour" || !way.paused || days.has(start),
        );
        expect(found).toEqual(bySizeAndStart(expected));
      }),
      { numRuns: 150 },
    );
  });
});
