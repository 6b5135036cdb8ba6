import { statSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { openSqlite, type SqliteStores } from "../../../../lib/adapters/sqlite/index.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import {
  bucketSample,
  DAY,
  HOUR,
  incidentSample,
  MINUTE,
  messageSample,
  ORG,
  OTHER_ORG,
  recordSample,
  T0,
} from "../../../contract/samples.ts";
import { freshPath } from "./folder.ts";

const retention = { rawMs: 48 * HOUR, hourMs: 400 * DAY, dayMs: 1_826 * DAY };
const opened: SqliteStores[] = [];
const open = (path = ":memory:"): SqliteStores => {
  const stores = openSqlite(path);
  opened.push(stores);
  return stores;
};
afterEach(() => {
  for (const stores of opened.splice(0)) stores.close();
});

/** Ticks of some endpoints, one a minute from `since` for `minutes`. */
const ticks = (endpoints: number, since: number, minutes: number): CheckRecord[] =>
  Array.from({ length: endpoints * minutes }, (_, i) => {
    const scheduledAt = since + Math.floor(i / endpoints) * MINUTE;
    return recordSample({ endpointId: `site-${i % endpoints}`, scheduledAt, startedAt: scheduledAt + 20 });
  });

describe("prune", () => {
  test("deletes ticks older than the retention of raw data, in all organizations, and no younger", async () => {
    const stores = open();
    const at = (scheduledAt: number, org = ORG) => recordSample({ org, scheduledAt, startedAt: scheduledAt });
    const old = T0 - retention.rawMs;
    await stores.ticks.append([at(old - 20 * HOUR), at(old - 1), at(old), at(T0)]);
    await stores.ticks.append([at(old - 1, OTHER_ORG)]);
    expect((await stores.prune(retention, T0)).ticks).toBe(3);
    expect(await stores.ticks.records(ORG, "shop", 0, T0)).toEqual([at(old), at(T0)]);
    expect(await stores.ticks.all(OTHER_ORG, 0, T0)).toEqual([]);
  });

  test("deletes hours and days by their own retentions", async () => {
    const stores = open();
    const now = T0 + 2_000 * DAY;
    const starts = [now - 401 * DAY, now - 399 * DAY, now - 1_827 * DAY, now - 1_825 * DAY];
    await stores.history.put(
      starts.flatMap((start) => [bucketSample({ start }), bucketSample({ start, size: "day" })]),
    );
    expect((await stores.prune(retention, now)).buckets).toBe(4);
    const left = async (size: "hour" | "day") =>
      (await stores.history.list(ORG, "shop", size, 0, now)).map(({ start }) => (now - start) / DAY);
    expect(await left("hour")).toEqual([399]);
    expect(await left("day")).toEqual([1_825, 401, 399]);
  });

  test("deletes ended incidents with their messages as late as days; open ones stay", async () => {
    const stores = open();
    const now = T0 + 2_000 * DAY;
    const ended = (id: string, endedAt: number) => incidentSample(id, { endedAt, closed: "recovered" });
    await stores.incidents.put(ended("old", T0 + DAY));
    await stores.incidents.put(ended("new", now - DAY));
    await stores.incidents.put(incidentSample("open"));
    for (const id of ["old", "new", "open"])
      await stores.incidents.addMessage(ORG, id, messageSample(`${id}/m`));
    expect((await stores.prune(retention, now)).incidents).toBe(1);
    expect(await stores.incidents.get(ORG, "old")).toBeNull();
    const messages = await stores.incidents.messages(ORG, 10);
    expect(messages.map(({ incidentId }) => incidentId).sort()).toEqual(["new", "open"]);
  });

  test("more than one slice", async () => {
    const stores = open();
    await stores.ticks.append(ticks(3, T0, 2_000));
    const pruned = await stores.prune(retention, T0 + retention.rawMs + 1_500 * MINUTE);
    expect(pruned.ticks).toBe(3 * 1_500);
    expect(await stores.ticks.all(ORG, 0, T0 + 2_000 * MINUTE)).toHaveLength(3 * 500);
  });

  test("an endpoint of which nothing is left is forgotten, and may come back", async () => {
    const stores = open();
    await stores.ticks.append([recordSample()]);
    await stores.prune(retention, T0 + 10 * DAY);
    expect(stores.connection.query("SELECT count(*) FROM endpoint_keys").get()).toEqual([0]);
    const again = recordSample({ scheduledAt: T0 + 10 * DAY, startedAt: T0 + 10 * DAY });
    await stores.ticks.append([again]);
    expect(await stores.ticks.records(ORG, "shop", 0, T0 + 11 * DAY)).toEqual([again]);
  });
});

describe("the file", () => {
  /** Writes an hour of ticks and prunes to three hours, as a process does that runs for long. */
  async function round(stores: SqliteStores, hour: number): Promise<void> {
    await stores.ticks.append(ticks(20, T0 + hour * HOUR, 60));
    await stores.prune({ ...retention, rawMs: 3 * HOUR }, T0 + (hour + 1) * HOUR);
    stores.checkpoint();
  }

  test("doesn't grow over many rounds of writing and pruning, nor does its log", async () => {
    const path = freshPath();
    const stores = open(path);
    const sizes: number[] = [];
    for (let hour = 0; hour < 40; hour++) {
      await round(stores, hour);
      sizes.push(statSync(path).size);
      expect(statSync(`${path}-wal`).size).toBe(0);
    }
    const early = Math.max(...sizes.slice(5, 15));
    expect(Math.max(...sizes.slice(30))).toBeLessThanOrEqual(early * 1.1);
  });

  test("keeps its log bounded without being told to", async () => {
    const path = freshPath();
    const stores = open(path);
    let most = 0;
    for (let minute = 0; minute < 200; minute++) {
      await stores.ticks.append(ticks(64, T0 + minute * MINUTE, 1));
      most = Math.max(most, statSync(`${path}-wal`).size);
    }
    expect(most).toBeGreaterThan(8_000_000); // enough was written to tell
    expect(most).toBeLessThan(20_000_000);
  });

  test("shrinks when much of it has become unused", async () => {
    const path = freshPath();
    const stores = open(path);
    const response = { ...bucketSample().response, sketch: "gSCoB".repeat(150) };
    const starts = Array.from({ length: 12_000 }, (_, i) => T0 + i * HOUR);
    await stores.history.put(starts.map((start) => bucketSample({ start, response })));
    stores.checkpoint();
    const full = statSync(path).size;
    await stores.prune(retention, T0 + 20_000 * HOUR);
    stores.checkpoint();
    expect(await stores.history.list(ORG, "shop", "hour", 0, T0 + 30_000 * HOUR)).toHaveLength(1_600);
    expect(statSync(path).size).toBeLessThan(full / 2);
  });

  test("a tick takes at most 60 bytes", async () => {
    const path = freshPath();
    const stores = open(path);
    for (let hour = 0; hour < 10; hour++) await stores.ticks.append(ticks(20, T0 + hour * HOUR, 60));
    stores.checkpoint();
    const size = Number(
      stores.connection.query("SELECT sum(pgsize) FROM dbstat WHERE name = 'ticks'").get()?.[0],
    );
    expect(size / (10 * 20 * 60)).toBeLessThanOrEqual(60);
  });
});
