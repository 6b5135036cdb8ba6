import { describe, expect, it } from "vitest";
import type { RollupEvent } from "../../../functions/rollup/handle.ts";
import { GRACE_MS } from "../../../functions/rollup/handle.ts";
import { readRollup, writeRollup } from "../../../functions/rollup/message.ts";
import { makePlan } from "../../../functions/rollup/plan.ts";
import { makeQueueHandle } from "../../../functions/rollup/queue.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { ShardRegion } from "../../../lib/core/ports.ts";
import { DAY_START, HOUR, MINUTE } from "../../lib/core/history/records.ts";

const NOW = DAY_START + 10 * HOUR + 25 * MINUTE;
const clock = { now: () => NOW };
const always = () => true;

function setUp(more: (place: ShardRegion) => boolean | Promise<never> = () => false) {
  const asked: RollupEvent<ShardRegion>[] = [];
  const recounted: string[] = [];
  const faults: unknown[] = [];
  const handle = makeQueueHandle({
    rollup: async (event) => {
      asked.push(event);
      return { hours: 1, buckets: 1, more: await more(event.scope) };
    },
    shards: { recount: async (shard) => void recounted.push(shard) },
    plan: async () => {},
    clock,
    onFault: (error) => faults.push(error),
  });
  const give = async (...bodies: string[]) => {
    const Records = bodies.map((body, index) => ({ messageId: String(index), body }));
    const { batchItemFailures } = await handle({ Records }, always);
    return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
  };
  return { asked, recounted, faults, give };
}

const wanted = (shard: string, hour = 9) => ({ shard, region: "paris", hour: DAY_START + hour * HOUR });

describe("messages of the rollup queue", () => {
  it("have a shard rolled up in a region up to the hour they name, never beyond what is due", async () => {
    const { asked, give } = setUp();
    expect(await give(writeRollup(wanted("a", 7)), writeRollup(wanted("b", 12)))).toEqual([]);
    expect(asked.map(({ scope, now }) => [scope, now])).toEqual([
      [{ shard: "a", region: "paris" }, DAY_START + 8 * HOUR + GRACE_MS],
      [{ shard: "b", region: "paris" }, NOW],
    ]);
  });

  it("come back when their work failed, or there was no time for all of it; the others are done", async () => {
    const { asked, recounted, faults, give } = setUp(({ shard }) =>
      shard === "away" ? Promise.reject(new Unavailable("throttled")) : shard === "behind",
    );
    const texts = ["away", "behind", "fine"].map((shard) =>
      writeRollup({ ...wanted(shard), recount: true as const }),
    );
    expect(await give(...texts, "{}", "no JSON")).toEqual([0, 1, 3, 4]);
    expect(asked).toHaveLength(3);
    expect(recounted).toEqual(["fine"]);
    expect(faults.map((error) => (error instanceof Error ? Reflect.get(error, "code") : ""))).toEqual([
      "unavailable",
      "bad_message",
      "bad_message",
    ]);
  });
});

describe("planning an hour", () => {
  const plan = async (shards: { id: string; regions?: string[] }[], regions = ["paris", "tokyo"]) => {
    const texts: { body: string; delayS: number }[] = [];
    const sendMany = async (some: readonly { body: string; delayS: number }[]) => void texts.push(...some);
    await makePlan({ shards: { everyShard: async () => shards }, regions, sendMany, clock })();
    return texts.map(({ body, delayS }) => ({ ...readRollup(body), delayS }));
  };
  const hour = DAY_START + 9 * HOUR;

  it("asks for each shard in each of its regions, and once to count its members anew", async () => {
    const shards = [{ id: "a" }, { id: "b", regions: ["tokyo"] }, { id: "c", regions: ["gone"] }];
    expect(await plan(shards)).toEqual([
      { v: 1, shard: "a", region: "paris", hour, recount: true, delayS: 0 },
      { v: 1, shard: "a", region: "tokyo", hour, delayS: 180 },
      { v: 1, shard: "b", region: "tokyo", hour, recount: true, delayS: 360 },
      { v: 1, shard: "c", region: "paris", hour, recount: true, delayS: 540 },
      { v: 1, shard: "c", region: "tokyo", hour, delayS: 720 },
    ]);
  });

  it("spreads many evenly over what a queue can delay", async () => {
    const texts = await plan(Array.from({ length: 600 }, (_, i) => ({ id: `m${i}` })));
    expect(texts).toHaveLength(1_200);
    expect(Math.max(...texts.map(({ delayS }) => delayS))).toBe(899);
    const perMinute = Map.groupBy(texts, ({ delayS }) => Math.floor(delayS / 60));
    expect([...perMinute.values()].map((some) => some.length)).toEqual(Array(15).fill(80));
  });

  it("asks for nothing where there is no shard, and is what the function does on that wish", async () => {
    expect(await plan([])).toEqual([]);
    let planned = 0;
    const handle = makeQueueHandle({
      rollup: async () => ({ hours: 0, buckets: 0, more: false }),
      shards: { recount: async () => {} },
      plan: async () => void planned++,
      clock,
      onFault: () => {},
    });
    expect(await handle({ plan: true }, always)).toEqual({ batchItemFailures: [] });
    expect(planned).toBe(1);
  });
});
