import { readFileSync } from "node:fs";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { decodeColumns, encodeColumns } from "../../../../lib/adapters/dynamodb/columns.ts";
import { bytes, type Item, number, text } from "../../../../lib/adapters/dynamodb/item.ts";
import { pack, unpack } from "../../../../lib/adapters/dynamodb/pack.ts";
import type { TableName, TableNames } from "../../../../lib/adapters/dynamodb/tables.ts";
import { HOUR, MINUTE, ORG, recordSample, T0 } from "../../../contract/samples.ts";
import { startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";
import { troubledIn } from "../../../support/troubled.ts";
import { everything, LANE, TOKEN_HASH, writeEverything } from "./everything.ts";
import { storesOver } from "./stores.ts";

const local = await startLocalDynamo();
const client = local.client();

type Change = (item: Item, table: TableName) => Item;

const decoded = (item: Item): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      value.B === undefined ? value : bytes(Buffer.from(String(value.B), "base64")),
    ]),
  );

const file = new URL("../../../fixtures/dynamodb/version-1.json", import.meta.url);
const fixture = Object.entries(JSON.parse(readFileSync(file, "utf8"))) as [TableName, Item[]][]; // by its README

/** Tables that hold what version 1 wrote, each item changed. */
async function stored(change: Change = (item) => item) {
  const names = await local.freshTables();
  for (const [table, items] of fixture)
    for (const item of items)
      await client.send(new PutItemCommand({ TableName: names[table], Item: change(decoded(item), table) }));
  return { names, stores: storesOver(client, names, recordingClock(T0 + HOUR)) };
}

async function rawItem(names: TableNames, table: TableName, pk: string, sk: string): Promise<Item> {
  const key = { pk: text(pk), sk: text(sk) };
  return (await client.send(new GetItemCommand({ TableName: names[table], Key: key }))).Item ?? {};
}

const COLUMNS = [
  ...["org", "late", "status", "dns", "connect", "tls", "firstByte", "transfer", "rest", "bytes"],
  ...["flags", "failure", "message", "invalid"],
];

/** A tick's blob with other columns: those that are left, after those that are added. */
function withColumns(blob: Uint8Array, added: Record<string, number>, left = COLUMNS): Uint8Array {
  const { value, rest } = decodeColumns<{ ids: string[]; flags: string[] }>(blob);
  const column = (of: (row: number) => number | null) => rest.ids.map((_, row) => of(row));
  const columns = {
    ...Object.fromEntries(Object.entries(added).map(([name, one]) => [name, column(() => one)])),
    ...Object.fromEntries(left.map((name) => [name, column((row) => value(name, row))])),
  };
  return encodeColumns(columns, { ...rest, later: "x" });
}

const LATER = { later: { what: "a newer version added" } };

/** What a version with more of everything would have written. */
const newer: Change = (item, table) => {
  const { body } = item;
  const more = { ...item, v: number(2), later: text("attribute") };
  if (body?.S !== undefined)
    return { ...more, body: text(JSON.stringify({ ...JSON.parse(body.S), ...LATER })) };
  if (body?.B === undefined) return more;
  if (table === "ticks") return { ...more, body: bytes(withColumns(body.B, { later: 7 })) };
  return { ...more, body: bytes(pack({ ...unpack<object>(body.B), ...LATER })) };
};

async function expectEverything({ stores }: Awaited<ReturnType<typeof stored>>): Promise<void> {
  const { endpoint, moved, records, state, incident, bucket, token, slow } = everything;
  expect(await stores.endpoints.get(ORG, "shop")).toMatchObject({
    endpoint,
    origin: "file",
    shard: "minutes-1",
  });
  const [blog] = await stores.endpoints.members("rounds-1");
  expect(blog).toMatchObject({ endpoint: moved, movedFrom: [{ shard: "minutes-1", at: T0 }] });
  expect((await stores.endpoints.shards()).map(({ id, count }) => [id, count])).toEqual([
    ["minutes-1", 1],
    ["rounds-1", 1],
  ]);
  expect(await stores.ticks.records(ORG, "shop", T0, T0 + MINUTE)).toMatchObject(records);
  expect(await stores.ticks.all(ORG, T0, T0 + MINUTE)).toMatchObject(records);
  expect(await stores.alerts.get(ORG, "shop")).toMatchObject({ value: state, version: 1 });
  expect(await troubledIn(stores.alerts)).toEqual([{ org: ORG, endpointId: "shop" }]);
  expect(await stores.alerts.unsent(ORG, 10)).toHaveLength(1);
  expect(await stores.alerts.openGate(ORG, "down", T0 + 1, T0 + 30_001)).toBe(false);
  expect(await stores.incidents.get(ORG, "i1")).toMatchObject(incident);
  expect(await stores.incidents.list({ org: ORG, limit: 5, open: true })).toHaveLength(1);
  expect(await stores.incidents.messages(ORG, 5)).toMatchObject(incident.messages);
  expect(await stores.history.list(ORG, "shop", "hour", T0, T0 + HOUR)).toMatchObject([bucket]);
  expect(await stores.history.rolledUpTo(LANE)).toBe(T0);
  await stores.history.markRolledUp({ ...LANE, region: "tokyo" }, T0); // no less far than the other region
  expect(await stores.history.rolledUpTo(ORG, "shop")).toBe(T0);
  expect(await stores.tokens.find(TOKEN_HASH)).toEqual(token);
  expect(await stores.slowLane.members(LANE)).toEqual(slow);
}

test("what this version writes is read, and looks as it always did", async () => {
  const names = await local.freshTables();
  const stores = storesOver(client, names, recordingClock(T0));
  await writeEverything(stores);
  await expectEverything({ names, stores });
  for (const [table, items] of fixture)
    for (const item of items) {
      const written = await rawItem(names, table, item["pk"]?.S ?? "", item["sk"]?.S ?? "");
      // what is added or left out is a new schema version: raise SCHEMA (schema.ts) and add a file beside version-1.json
      expect(Object.keys(written).sort()).toEqual(Object.keys(item).sort());
      expect(written["v"]).toEqual(item["v"]);
    }
});

test("what version 1 wrote is read", async () => {
  await expectEverything(await stored());
});

test("what an older version wrote is read: what it did not know is absent", async () => {
  const fewer = COLUMNS.filter((name) => !["flags", "invalid", "rest"].includes(name));
  const { stores } = await stored((item, table) => {
    const { movedFrom: _, ...less } = item;
    if (table !== "ticks" || less["body"]?.B === undefined) return less;
    return { ...less, body: bytes(withColumns(less["body"].B, {}, fewer)) };
  });
  const [record] = await stores.ticks.records(ORG, "shop", T0, T0);
  expect(record).toMatchObject({ ...recordSample(), flags: [], totalMs: expect.any(Number) });
  expect((await stores.endpoints.get(ORG, "blog"))?.movedFrom).toBeUndefined();
});

test("what a newer version wrote is read: what it added is passed over", async () => {
  await expectEverything(await stored(newer));
});

describe("what a newer version added outlives our writes", () => {
  test("in alert states, inside and beside the document", async () => {
    const { names, stores } = await stored(newer);
    const read = await stores.alerts.get(ORG, "shop");
    if (read === null) throw new Error("no state");
    await stores.alerts.putMany([{ state: { ...read.value, revision: "r2" }, expected: read.version }]);
    const item = await rawItem(names, "alerts", `A#${ORG}/shop`, "-");
    expect(item["later"]?.S).toBe("attribute");
    expect(unpack(item["body"]?.B ?? new Uint8Array())).toMatchObject({ ...LATER, revision: "r2" });
  });

  test("in endpoints, shards, incidents and marks, beside what is replaced", async () => {
    const { names, stores } = await stored(newer);
    const version = (await stores.endpoints.get(ORG, "shop"))?.version ?? 0;
    await stores.endpoints.put({ ...everything.endpoint, name: "new" }, "api", version);
    await stores.incidents.put({ ...everything.incident, revision: 2 });
    await stores.history.markRolledUp(LANE, T0 + HOUR);
    for (const [table, pk, sk] of [
      ["config", `E#${ORG}`, "shop"],
      ["config", "SHARDS", "minutes-1"],
      ["alerts", `I#${ORG}#i1`, "-"],
      ["history", "R", "minutes-1#paris"],
    ] as const)
      expect([pk, (await rawItem(names, table, pk, sk))["later"]?.S]).toEqual([pk, "attribute"]);
  });
});

test("what a version of another hundred wrote is refused, and the message says what to do", async () => {
  const { stores } = await stored((item) => ({ ...item, v: number(100) }));
  const refused = { code: "newer_schema", message: expect.stringContaining("deploy the newer one here too") };
  for (const read of [
    () => stores.endpoints.get(ORG, "shop"),
    () => stores.endpoints.getMany(ORG, ["shop"]),
    () => stores.endpoints.shards(),
    () => stores.alerts.get(ORG, "shop"),
    () => stores.incidents.get(ORG, "i1"),
    () => stores.history.list(ORG, "shop", "hour", T0, T0 + HOUR),
    () => stores.ticks.ofShard(LANE, T0, T0),
  ])
    await expect(read()).rejects.toMatchObject(refused);
});
