/** What DynamoDB charges for: write units of 1 KB, read units of 4 KB (half of that, eventually consistent). */
import { expect, test } from "vitest";
import { lookbackMs } from "../../../../lib/core/alert/evaluate.ts";
import { policyOf } from "../../../../lib/core/alert/policy.ts";
import { endpointSample, MINUTE, ORG, stateSample, T0 } from "../../../contract/samples.ts";
import { type Intercept, startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";
import { probed } from "./probed.ts";
import { storesOver } from "./stores.ts";

const local = await startLocalDynamo();

interface Consumed {
  CapacityUnits?: number;
}

/** A world in which units are counted. */
async function metered() {
  let units = 0;
  const counting: Intercept = async ({ input, send }) => {
    const output = await send({ ...input, ReturnConsumedCapacity: "TOTAL" });
    const { ConsumedCapacity: consumed } = output as { ConsumedCapacity?: Consumed | Consumed[] };
    for (const one of [consumed ?? []].flat()) units += one.CapacityUnits ?? 0;
    return output;
  };
  const stores = storesOver(local.client(counting), await local.freshTables(), recordingClock(T0));
  /** Units of some work. */
  async function unitsOf(work: () => Promise<unknown>): Promise<number> {
    units = 0;
    await work();
    return units;
  }
  return { stores, unitsOf };
}

const main = { shard: "minutes-1", lane: "main" } as const;

test("the tick of a shard of 500 is written for 10 units and read for less than 2", async () => {
  const { stores, unitsOf } = await metered();
  expect(await unitsOf(() => stores.ticks.append(probed(), main))).toBeLessThanOrEqual(10);
  expect(
    await unitsOf(() => stores.ticks.ofShard({ shard: "minutes-1", region: "paris" }, T0, T0)),
  ).toBeLessThan(2);
});

test("a tick in which everything is fine asks the tables for a version and two empty lists", async () => {
  const { stores, unitsOf } = await metered();
  await stores.endpoints.put(endpointSample("shop"), "api", null);
  expect(await unitsOf(() => stores.endpoints.shards())).toBeLessThanOrEqual(0.5);
  expect(
    await unitsOf(() => stores.slowLane.members({ region: "paris", shard: "minutes-1" })),
  ).toBeLessThanOrEqual(0.5);
});

test("judging one endpoint of a full shard reads its look-back in every region: 25 units each", async () => {
  const { stores, unitsOf } = await metered();
  await stores.endpoints.put(endpointSample("shop"), "api", null);
  const lookback = lookbackMs(policyOf(endpointSample("shop"), ["paris", "tokyo"]));
  for (let at = T0 - lookback; at <= T0; at += MINUTE)
    for (const region of ["paris", "tokyo"])
      await stores.ticks.append(
        probed().map((record) => ({ ...record, region, scheduledAt: at, startedAt: at + 300 })),
        main,
      );
  const judged = await unitsOf(() => stores.ticks.outcomes(ORG, ["shop"], T0 - lookback, T0));
  expect(judged).toBeLessThanOrEqual(50);
});

test("an alert state is a unit; one in trouble, which stands in two indexes, is still small", async () => {
  const { stores, unitsOf } = await metered();
  const write = (expected: number | null) =>
    stores.alerts.putMany([
      { state: stateSample("shop", { verdict: "down" }), expected, shard: "minutes-1" },
    ]);
  expect(await unitsOf(() => write(null))).toBeLessThanOrEqual(1);
  expect(await unitsOf(() => write(1))).toBeLessThanOrEqual(1);
});

test("a change of an endpoint is five calls, and a list of 500 is read for 60 units", async () => {
  const { stores, unitsOf } = await metered();
  expect(await unitsOf(() => stores.endpoints.put(endpointSample("site"), "api", null))).toBeLessThanOrEqual(
    6,
  );
  for (let i = 0; i < 19; i++) await stores.endpoints.put(endpointSample(`site-${i}`), "api", null);
  expect((await unitsOf(() => stores.endpoints.shard("minutes-1"))) * 25).toBeLessThanOrEqual(60);
});
