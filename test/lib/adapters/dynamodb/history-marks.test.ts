import { describe, expect, test } from "vitest";
import { makeHistory } from "../../../../lib/adapters/dynamodb/history.ts";
import { openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import { DAY, HOUR, ORG, T0 } from "../../../contract/samples.ts";
import { startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";

const local = await startLocalDynamo();
const client = local.client();
const NOW = T0 + 100 * HOUR + 1;

/** Marks of an endpoint that was in these shards within the last two days. */
async function marksOf(shards: string[], chosen: string[] | null = null) {
  const { history } = await local.freshTables();
  const clock = recordingClock(NOW);
  const placement = {
    shardsOf: async () => new Map([["shop", shards]]),
    shardsOfOrg: async () => shards,
    regionsOf: async () => chosen,
  };
  return makeHistory(openTable({ client, clock }, history), {
    placement,
    clock,
    regions: ["paris", "tokyo"],
    tickRetentionMs: 2 * DAY,
  });
}

describe("how far an endpoint is rolled up", () => {
  test("is where the region that lags most got, of every shard it was in", async () => {
    const history = await marksOf(["a", "b"]);
    await history.markRolledUp({ shard: "a", region: "paris" }, T0 + 99 * HOUR);
    await history.markRolledUp({ shard: "a", region: "tokyo" }, T0 + 97 * HOUR);
    await history.markRolledUp({ shard: "b", region: "paris" }, T0 + 98 * HOUR);
    await history.markRolledUp({ shard: "b", region: "tokyo" }, T0 + 99 * HOUR);
    await history.markRolledUp({ shard: "c", region: "paris" }, T0 + 60 * HOUR);
    expect(await history.rolledUpTo(ORG, "shop")).toBe(T0 + 97 * HOUR);
    expect(await history.rolledUpTo(ORG)).toBe(T0 + 97 * HOUR);
  });

  test("waits for no region that checks no more", async () => {
    const history = await marksOf(["a"]);
    await history.markRolledUp({ shard: "a", region: "paris" }, T0 + 99 * HOUR);
    await history.markRolledUp({ shard: "a", region: "tokyo" }, T0 + 99 * HOUR);
    await history.markRolledUp({ shard: "a", region: "gone" }, T0 + 10 * HOUR);
    expect(await history.rolledUpTo(ORG, "shop")).toBe(T0 + 99 * HOUR);
  });

  test("waits for no region that doesn't check the shard", async () => {
    const history = await marksOf(["a"], ["paris", "gone"]);
    await history.markRolledUp({ shard: "a", region: "paris" }, T0 + 99 * HOUR);
    expect(await history.rolledUpTo(ORG, "shop")).toBe(T0 + 99 * HOUR);
  });

  test("ends before the ticks begin while a shard, or a region, was never rolled up", async () => {
    for (const [shards, marked] of [
      [
        ["a", "new"],
        ["paris", "tokyo"],
      ],
      [["a"], ["paris"]],
    ] as const) {
      const history = await marksOf([...shards]);
      for (const region of marked) await history.markRolledUp({ shard: "a", region }, T0 + 99 * HOUR);
      expect(await history.rolledUpTo(ORG, "shop")).toBe(T0 + 51 * HOUR);
    }
  });
});
