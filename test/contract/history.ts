import { describe, expect, test } from "vitest";
import { Unavailable } from "../../lib/core/errors.ts";
import type { Bucket } from "../../lib/core/history/bucket.ts";
import type { History } from "../../lib/core/ports.ts";
import { bucketSample, DAY, HOUR, ORG, OTHER_ORG, T0 } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

/** A day bucket: it carries no points. */
function dayBucket(changes: Partial<Bucket> = {}): Bucket {
  const { points, ...rest } = bucketSample({ size: "day" });
  expect(points).toBeDefined();
  return { ...rest, ...changes };
}

/** What every History does. Sums of timings in points are kept to 1/128 ms, all else exactly. */
export function describeHistoryContract(name: string, make: MakeSubject<History>): void {
  const next = subjects(make);
  const fresh = async (): Promise<History> => (await next()).store;

  describe(`History, ${name}`, () => {
    test("an hour is read back whole, its points included", async () => {
      const history = await fresh();
      await history.put([bucketSample()]);
      expect(await history.list(ORG, "shop", "hour", T0, T0 + HOUR)).toEqual([bucketSample()]);
    });

    test("a day is read back without points", async () => {
      const history = await fresh();
      await history.put([dayBucket()]);
      expect(await history.list(ORG, "shop", "day", T0, T0 + DAY)).toEqual([dayBucket()]);
    });

    test("a whole hour of points, and none", async () => {
      const history = await fresh();
      const points = Array.from({ length: 60 }, (_, i) => [i, i % 7, i % 3, i % 7, i * 1.0078125] as const);
      const busy = bucketSample({ points: points.map((point) => [...point]) });
      const idle = bucketSample({
        start: T0 + HOUR,
        status: {},
        points: [],
        response: { count: 0, sumMs: 0, maxMs: 0, sketch: "" },
      });
      await history.put([busy, idle]);
      expect(await history.list(ORG, "shop", "hour", T0, T0 + 2 * HOUR)).toEqual([busy, idle]);
    });

    test("putting again replaces; putting the same changes nothing", async () => {
      const history = await fresh();
      await history.put([bucketSample({ ok: 1 })]);
      for (const _ of [1, 2]) await history.put([bucketSample({ ok: 2 })]);
      expect(await history.list(ORG, "shop", "hour", T0, T0 + 1)).toEqual([bucketSample({ ok: 2 })]);
    });

    test("a window holds its start and not its end; all regions, ascending", async () => {
      const history = await fresh();
      const starts = [3, 1, 0, 2].map((i) => T0 + i * HOUR);
      const buckets = starts.flatMap((start) => [
        bucketSample({ start, region: "tokyo" }),
        bucketSample({ start }),
      ]);
      await history.put(buckets);
      const found = await history.list(ORG, "shop", "hour", T0 + HOUR, T0 + 3 * HOUR);
      expect(found.map(({ start }) => (start - T0) / HOUR)).toEqual([1, 1, 2, 2]);
      expect(found.map(({ region }) => region).sort()).toEqual(["paris", "paris", "tokyo", "tokyo"]);
    });

    test("sizes, endpoints and organizations are apart", async () => {
      const history = await fresh();
      await history.put([bucketSample(), dayBucket(), bucketSample({ org: OTHER_ORG, ok: 7 })]);
      await history.put([bucketSample({ endpointId: "blog", ok: 8 })]);
      expect(await history.list(ORG, "shop", "hour", T0, T0 + DAY)).toEqual([bucketSample()]);
      expect(await history.list(ORG, "shop", "day", T0, T0 + DAY)).toEqual([dayBucket()]);
      expect(await history.list(OTHER_ORG, "blog", "hour", T0, T0 + DAY)).toEqual([]);
    });

    test("a batch of a thousand, and an empty one", async () => {
      const history = await fresh();
      const buckets = Array.from({ length: 1_000 }, (_, i) => bucketSample({ start: T0 + i * HOUR }));
      await history.put(buckets);
      await history.put([]);
      expect(await history.list(ORG, "shop", "hour", T0, T0 + 1_000 * HOUR)).toHaveLength(1_000);
    });

    test("before the first hour is rolled up all stands in the tick log", async () => {
      const history = await fresh();
      expect(await history.rolledUpTo(ORG)).toBeNull();
      expect(await history.rolledUpTo(ORG, "shop")).toBeNull();
    });

    test("out of reach writes are Unavailable, and repeating them later is enough", async ({ skip }) => {
      const { store: history, putOutOfReach } = await next();
      if (typeof putOutOfReach === "string") return skip(putOutOfReach);
      await history.put([bucketSample({ ok: 1 })]);
      const back = await putOutOfReach();
      await expect(history.put([bucketSample()])).rejects.toBeInstanceOf(Unavailable);
      await back();
      await history.put([bucketSample()]);
      expect(await history.list(ORG, "shop", "hour", T0, T0 + HOUR)).toEqual([bucketSample()]);
    });
  });
}
