import fc from "fast-check";
import { expect, it } from "vitest";
import { byShard } from "../../../functions/rollup/by-shard.ts";
import { makeHandle } from "../../../functions/rollup/handle.ts";
import { makeEndpoints } from "../../../lib/adapters/dynamodb/endpoints.ts";
import { makeHistory } from "../../../lib/adapters/dynamodb/history.ts";
import { makePlacement } from "../../../lib/adapters/dynamodb/placement.ts";
import { openTable } from "../../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../../lib/adapters/dynamodb/ticks.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { summaryOf } from "../../../lib/core/history/stats.ts";
import { addRecord, emptyTally } from "../../../lib/core/history/tally.ts";
import { boundsOf } from "../../../lib/core/read/plan.ts";
import { statsOf } from "../../../lib/core/read/read.ts";
import { anyRecords, aRecord, DAY, DAY_START, HOUR, MINUTE } from "../../lib/core/history/records.ts";
import { anEndpoint } from "../../lib/core/read/memory.ts";
import { startLocalDynamo } from "../../support/dynamodb.ts";

const local = await startLocalDynamo();
const client = local.client();
const REGIONS = ["local", "eu-west-1", "us-east-1"];
/** Kept longer than that by the stand-in, which knows no end of time. */
const RETENTION_MS = 12 * HOUR;
const END = DAY_START + 12 * HOUR;

async function awsWorld() {
  const names = await local.freshTables();
  let now = DAY_START;
  const clock = { now: () => now, sleep: async () => {} };
  const table = (name: string) => openTable({ client, clock }, name);
  const config = table(names.config);
  const placement = makePlacement(config);
  const endpoints = makeEndpoints(config, { clock, ticksKeptMs: RETENTION_MS });
  const ticks = makeTicks(table(names.ticks), { placement, regions: REGIONS, retentionMs: RETENTION_MS });
  const history = makeHistory(table(names.history), {
    placement,
    clock,
    regions: REGIONS,
    tickRetentionMs: RETENTION_MS,
  });
  const rollup = makeHandle({
    open: byShard({ endpoints, ticks }),
    marks: history,
    history,
    clock,
    limits: { rawMs: RETENTION_MS },
  });
  return {
    endpoints,
    ticks,
    history,
    setNow: (at: number) => {
      now = at;
    },
    async rollUp(chosen: (shard: string, region: string) => boolean): Promise<void> {
      for (const { id: shard } of await endpoints.everyShard())
        for (const region of REGIONS)
          if (chosen(shard, region)) await rollup({ scope: { shard, region }, now });
    },
  };
}

const summaryFrom = (records: readonly CheckRecord[], window: "24h" | "7d", now: number) => {
  const { since, until } = boundsOf(window, now);
  const tally = emptyTally();
  for (const record of records)
    if (since <= record.scheduledAt && record.scheduledAt <= until) addRecord(tally, record, 500);
  return summaryOf(tally, 500);
};

/** The log keeps timings to the microsecond. */
const micros = (ms: number): number => Math.round(ms * 1_000) / 1_000;
const someRecords = anyRecords(DAY_START, END, 40).map((records) =>
  records.map((record) => ({
    ...record,
    totalMs: micros(record.totalMs),
    firstByteMs: record.firstByteMs === null ? null : micros(record.firstByteMs),
  })),
);

/** What happens from hour to hour: whether it moves to the other kind of shard, and which shards are rolled up where. */
const anyHour = fc.record({
  moves: fc.boolean(),
  rolled: fc.subarray(
    ["minutes-1", "rounds-1"].flatMap((shard) => REGIONS.map((region) => `${shard} ${region}`)),
  ),
});

it("in DynamoDB: whatever is shown is right, however far which shard is rolled up, wherever an endpoint moved", {
  timeout: 120_000,
}, async () => {
  const hours = fc.array(anyHour, { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(someRecords, hours, async (records, steps) => {
      const world = await awsWorld();
      const step = (END - DAY_START) / steps.length;
      let intervalMs = MINUTE;
      let version = await world.endpoints.put(anEndpoint({ intervalMs }), "api", null);
      for (const [i, { moves, rolled }] of steps.entries()) {
        const since = DAY_START + i * step;
        world.setNow(since);
        if (moves) {
          intervalMs = intervalMs === MINUTE ? 10_000 : MINUTE;
          version = await world.endpoints.put(anEndpoint({ intervalMs }), "api", version);
        }
        const shard = (await world.endpoints.get("acme", "shop"))?.shard ?? "";
        const during = records.filter(
          ({ scheduledAt }) => since <= scheduledAt && scheduledAt < since + step,
        );
        await world.ticks.append(during, { shard, lane: "main" });
        const now = since + step + 25 * MINUTE;
        world.setNow(now);
        await world.rollUp((id, region) => rolled.includes(`${id} ${region}`));
        for (const window of ["24h", "7d"] as const)
          expect(await statsOf(world, "acme", "shop", window, now)).toMatchObject(
            summaryFrom(
              records.filter(({ scheduledAt }) => scheduledAt < since + step),
              window,
              now,
            ),
          );
      }
    }),
    { numRuns: 6 },
  );
});

it("in DynamoDB: buckets serve what is older than the ticks, though the endpoint has just moved to a new shard", {
  timeout: 60_000,
}, async () => {
  const world = await awsWorld();
  const version = await world.endpoints.put(anEndpoint(), "api", null);
  const records = [0, 1, 2].map((hour) => aRecord({ scheduledAt: DAY_START + hour * HOUR }));
  await world.ticks.append(records, { shard: "minutes-1", lane: "main" });
  world.setNow(DAY_START + 5 * HOUR);
  await world.rollUp(() => true);
  const now = DAY_START + 5 * DAY + 10 * MINUTE;
  world.setNow(now - 5 * MINUTE);
  await world.endpoints.put(anEndpoint({ intervalMs: 10_000 }), "api", version);
  world.setNow(now);
  expect(await statsOf(world, "acme", "shop", "7d", now)).toMatchObject(summaryFrom(records, "7d", now));
});
