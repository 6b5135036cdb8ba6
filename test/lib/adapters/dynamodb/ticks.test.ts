import { describe, expect, test } from "vitest";
import { makeEndpoints } from "../../../../lib/adapters/dynamodb/endpoints.ts";
import { type Item, numberOf } from "../../../../lib/adapters/dynamodb/item.ts";
import { makePlacement } from "../../../../lib/adapters/dynamodb/placement.ts";
import { allOf, openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import { decodeTick, encodeTick } from "../../../../lib/adapters/dynamodb/tick-columns.ts";
import { blobsOf } from "../../../../lib/adapters/dynamodb/tick-item.ts";
import { makeTicks } from "../../../../lib/adapters/dynamodb/ticks.ts";
import { failure } from "../../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import {
  DAY,
  endpointSample,
  failedRecord,
  MINUTE,
  ORG,
  OTHER_ORG,
  recordSample,
  SECOND,
  T0,
} from "../../../contract/samples.ts";
import { type Intercept, startLocalDynamo } from "../../../support/dynamodb.ts";
import { seeded } from "../../../support/random.ts";
import { recordingClock } from "../../../support/recording-clock.ts";
import { probed } from "./probed.ts";

const local = await startLocalDynamo();

/** Noise that no compression helps against. */
function longMessage(random: () => number, letters: string): string {
  return Array.from({ length: 200 }, () => letters[Math.floor(random() * letters.length)]).join("");
}

const failing = (letters: string, seed = 3): CheckRecord[] => {
  const random = seeded(seed);
  return probed().map((record) => ({
    ...record,
    outcome: failure("tcp.failed", longMessage(random, letters)),
  }));
};

const ASCII = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");
const CJK = Array.from({ length: 5_000 }, (_, i) => String.fromCharCode(0x4e00 + i)).join("");

const byId = (a: CheckRecord, b: CheckRecord): number => (a.endpointId < b.endpointId ? -1 : 1);

describe("size of a tick", () => {
  test("500 that succeeded take about 10 KB, and come back to the microsecond", () => {
    const records = probed();
    const blob = encodeTick(records);
    expect(blob.length).toBeLessThanOrEqual(10_240);
    const key = { region: "paris", scheduledAt: T0 };
    const read = decodeTick(blob, key, () => true);
    expect(read.toSorted(byId)).toEqual(records.toSorted(byId));
    const [one] = records;
    expect(decodeTick(blob, key, (org, id) => org === ORG && id === one?.endpointId)).toEqual([one]);
  });

  test("500 that failed with messages as long as they get, all different, fit into one item", () => {
    expect(encodeTick(failing(ASCII)).length).toBeLessThan(110_000);
    const blobs = blobsOf(failing(CJK));
    expect(blobs).toHaveLength(1);
    expect(blobs[0]?.length).toBeLessThan(250_000);
  });

  test("what does not fit is split, by halves, in order", () => {
    const many = [0, 1, 2].flatMap((n) =>
      failing(CJK, n).map((record) => ({ ...record, endpointId: `${record.endpointId}-${n}` })),
    );
    const blobs = blobsOf(many);
    expect(blobs.length).toBeGreaterThan(1);
    for (const blob of blobs) expect(blob.length).toBeLessThanOrEqual(350_000);
    const read = blobs.flatMap((blob) => decodeTick(blob, { region: "paris", scheduledAt: T0 }, () => true));
    expect(read.toSorted(byId)).toEqual(many.toSorted(byId));
  });
});

async function world(intercept?: Intercept) {
  const names = await local.freshTables();
  const open = (name: string) =>
    openTable({ client: local.client(intercept), clock: recordingClock(T0) }, name);
  const clock = { at: T0 };
  const config = open(names.config);
  const table = open(names.ticks);
  const options = { placement: makePlacement(config), regions: ["paris", "tokyo"], retentionMs: 2 * DAY };
  return {
    clock,
    table,
    /** As another process has it, which remembers nothing. */
    anotherLog: () => makeTicks(table, options),
    endpoints: makeEndpoints(config, { clock: { now: () => clock.at }, ticksKeptMs: 2 * DAY, shardSize: 2 }),
    log: makeTicks(table, options),
  };
}

const sortKeys = (items: readonly Item[]): string[] => items.map(({ sk }) => sk?.S ?? "");
const AT = "001795132800000";
const main = { shard: "minutes-1", lane: "main" } as const;

describe("parts", () => {
  test("a tick takes one item; its time to live is the retention and six hours", async () => {
    const { log, table } = await world();
    await log.append(probed(20), main);
    const items = await allOf(table, { partition: ["pk", "minutes-1#paris"] });
    expect(sortKeys(items)).toEqual([`${AT}#main#0000`]);
    expect(items.map((item) => numberOf(item, "ttl"))).toEqual([(T0 + 2 * DAY) / SECOND + 6 * 3_600]);
  });

  test("a second batch of one tick is a second part, which holds only what the first does not", async () => {
    const { log, table, anotherLog } = await world();
    const one = recordSample({ endpointId: "one", status: 201 });
    await log.append([one], main);
    await anotherLog().append([{ ...one, status: 500 }, recordSample({ endpointId: "two" })], main);
    for (const each of [log, anotherLog()]) await each.append([{ ...one, status: 500 }], main);
    const items = await allOf(table, { partition: ["pk", "minutes-1#paris"] });
    expect(sortKeys(items)).toEqual([`${AT}#main#0000`, `${AT}#main#0001`]);
    const found = await log.ofShard({ shard: "minutes-1", region: "paris" }, T0, T0);
    expect(found.map(({ endpointId, status }) => [endpointId, status])).toEqual([
      ["one", 201],
      ["two", 200],
    ]);
  });

  test("lanes don't wait for each other; who is in both has the main one's record", async () => {
    const { log, table } = await world();
    await log.append([recordSample({ status: 203 })], { ...main, lane: "slow" });
    await log.append([recordSample({ status: 200 })], main);
    const items = await allOf(table, { partition: ["pk", "minutes-1#paris"] });
    expect(sortKeys(items)).toEqual([`${AT}#main#0000`, `${AT}#slow#0000`]);
    await log.append([recordSample({ status: 500 }), recordSample({ endpointId: "new" })], {
      ...main,
      lane: "slow",
    });
    const found = await log.ofShard({ shard: "minutes-1", region: "paris" }, T0, T0);
    expect(found.map(({ endpointId, status }) => [endpointId, status])).toEqual([
      ["shop", 200],
      ["shop", 203],
      ["new", 200],
    ]);
  });

  test("a batch too large for one item is several parts, and appending it again adds none", async () => {
    const { log, table, anotherLog } = await world();
    const many = [0, 1].flatMap((n) =>
      failing(CJK, n).map((record) => ({ ...record, endpointId: `${record.endpointId}-${n}` })),
    );
    for (const each of [log, log, anotherLog()]) await each.append(many, main);
    const items = await allOf(table, { partition: ["pk", "minutes-1#paris"] });
    expect(sortKeys(items)).toEqual([`${AT}#main#0000`, `${AT}#main#0001`]);
    expect(await log.ofShard({ shard: "minutes-1", region: "paris" }, T0, T0)).toHaveLength(many.length);
  });

  test("an answer that gets lost, after which the SDK tries again, doubles nothing", async () => {
    const retrying: Intercept = async ({ name, send }) => {
      if (name !== "PutItemCommand") return send();
      await send();
      return send();
    };
    const { log } = await world(retrying);
    const records = probed(5);
    await log.append(records, main);
    expect(await log.ofShard({ shard: "minutes-1", region: "paris" }, T0, T0)).toHaveLength(5);
  });
});

describe("an endpoint that moves", () => {
  test("is read from both shards until its ticks in the old one are over", async () => {
    const { clock, endpoints, log } = await world();
    const version = await endpoints.put(endpointSample("shop"), "api", null);
    await log.append([recordSample(), recordSample({ region: "tokyo" })], main);
    clock.at = T0 + MINUTE;
    await endpoints.put(endpointSample("shop", { intervalMs: 10 * SECOND }), "api", version);
    const moved = (await endpoints.get(ORG, "shop"))?.shard ?? "";
    expect(moved).toBe("rounds-1");
    // the old shard's list is still in somebody's memory: one more tick there, and the same one in the new shard
    const doubled = recordSample({ scheduledAt: T0 + 2 * MINUTE });
    await log.append([doubled], main);
    await log.append([{ ...doubled, status: 204 }], { ...main, shard: moved });
    await log.append([failedRecord({ scheduledAt: T0 + 3 * MINUTE })], { ...main, shard: moved });

    const records = await log.records(ORG, "shop", T0, T0 + 3 * MINUTE);
    expect(
      records.map(({ scheduledAt, region, status }) => [(scheduledAt - T0) / MINUTE, region, status]),
    ).toEqual([
      [0, "paris", 200],
      [0, "tokyo", 200],
      [2, "paris", 204],
      [3, "paris", null],
    ]);
    const outcomes = await log.outcomes(ORG, ["shop"], T0, T0 + 3 * MINUTE);
    expect(outcomes.get("shop")?.map(({ scheduledAt }) => (scheduledAt - T0) / MINUTE)).toEqual([0, 0, 2, 3]);
    expect(await log.all(ORG, T0, T0 + 3 * MINUTE)).toHaveLength(4);
    // long after, nobody looks there any more
    const late = await log.records(ORG, "shop", T0 + 10 * MINUTE, T0 + 20 * MINUTE);
    expect(late).toEqual([]);
  });

  test("organizations are read from the shards they are in, and those alone", async () => {
    const asked = new Set<string>();
    const watching: Intercept = ({ name, input, send }) => {
      const values = input["ExpressionAttributeValues"] as Record<string, { S?: string }> | undefined;
      if (name === "QueryCommand") asked.add(values?.[":p"]?.S ?? "");
      return send();
    };
    const { endpoints, log } = await world(watching);
    for (const id of ["a", "b"]) await endpoints.put(endpointSample(id), "api", null);
    await endpoints.put(endpointSample("c", { org: OTHER_ORG }), "api", null);
    const theirs = (await endpoints.get(OTHER_ORG, "c"))?.shard ?? "";
    await log.append([recordSample({ endpointId: "a" })], main);
    await log.append([recordSample({ endpointId: "c", org: OTHER_ORG })], { ...main, shard: theirs });
    asked.clear();
    expect(await log.all(OTHER_ORG, T0, T0)).toEqual([recordSample({ endpointId: "c", org: OTHER_ORG })]);
    expect([...asked].sort()).toEqual(["minutes-2#paris", "minutes-2#tokyo"]);
  });
});
