import { rmSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import {
  DamagedStore,
  makeResilient,
  openResilient,
  openSqlite,
  type ResilientStores,
  type SqliteStores,
  StoreInUse,
  type StoreTrouble,
} from "../../../../lib/adapters/sqlite/index.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import {
  bucketSample,
  endpointSample,
  HOUR,
  incidentSample,
  MINUTE,
  messageSample,
  ORG,
  recordSample,
  SECOND,
  stateSample,
  T0,
} from "../../../contract/samples.ts";
import { troubledIn } from "../../../support/troubled.ts";
import { freshPath } from "./folder.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

const tick = (i: number) => recordSample({ scheduledAt: T0 + i * MINUTE, startedAt: T0 + i * MINUTE });
const ticks = (count: number) => Array.from({ length: count }, (_, i) => tick(i));
const always = [T0 - HOUR, T0 + 1_000 * HOUR] as const;

interface World {
  path: string;
  stores: ResilientStores;
  /** The file's stores, as opened last. */
  disk: () => SqliteStores;
  events: StoreTrouble[];
  said: () => string[];
  /** Makes opening fail with this, until null. */
  refuseOpening: (error: Error | null) => void;
  /** SQLite refuses every write, as on a read-only disk. */
  readOnly: (on: boolean) => void;
  pass: (ms: number) => void;
  opened: () => number;
}

function worldOf(
  options: { mostRecords?: number; refused?: Error; prepare?: (path: string) => void } = {},
): World {
  const path = freshPath();
  options.prepare?.(path);
  let now = T0;
  let refused: Error | null = options.refused ?? null;
  let disk: SqliteStores | null = null;
  let opened = 0;
  const events: StoreTrouble[] = [];
  const open = (readOnly: boolean): SqliteStores => {
    if (refused !== null) throw refused;
    opened += 1;
    disk = openSqlite(path, { readOnly });
    return disk;
  };
  const stores = makeResilient(
    { open: () => open(false), openReadOnly: () => open(true) },
    {
      now: () => now,
      onTrouble: (event) => events.push(event),
      ...(options.mostRecords === undefined ? {} : { mostRecords: options.mostRecords }),
    },
  );
  closing.push(stores.close);
  const theDisk = (): SqliteStores => {
    if (disk === null) throw new Error("never opened");
    return disk;
  };
  return {
    path,
    stores,
    disk: theDisk,
    events,
    said: () => events.map(({ kind }) => kind),
    refuseOpening: (error) => {
      refused = error;
    },
    readOnly: (on) => theDisk().connection.exec(`PRAGMA query_only = ${on ? 1 : 0}`),
    pass: (ms) => {
      now += ms;
    },
    opened: () => opened,
  };
}

/** What a process finds that opens the file afterwards. */
function reopened({ path, stores }: World): SqliteStores {
  stores.close();
  const found = openSqlite(path);
  closing.push(found.close);
  return found;
}

describe("a disk that can't be written to", () => {
  test("is said once, with what to do, however much fails", async () => {
    const world = worldOf();
    world.readOnly(true);
    for (const record of ticks(5)) await world.stores.ticks.append([record]);
    await world.stores.incidents.put(incidentSample("i1"));
    expect(world.said()).toEqual(["began"]);
    expect(world.events[0]?.message).toMatch(
      /^Nothing can be recorded: the data file .* is read-only: make .* go on from memory\.$/,
    );
    expect(world.stores.trouble()?.cause).toBeInstanceOf(Unavailable);
  });

  test("is tried after 5 s, 10 s, 20 s …, at most a minute apart, and not in between", async () => {
    const world = worldOf();
    let tries = 0;
    const { connection } = world.disk();
    const write = connection.write;
    connection.write = (...parameters) => {
      tries += 1;
      return write(...parameters);
    };
    world.readOnly(true);
    await world.stores.ticks.append([tick(0)]);
    const triedAt: number[] = [];
    for (let second = 1; second <= 220; second++) {
      world.pass(SECOND);
      const before = tries;
      await world.stores.history.markRolledUp(ORG, T0);
      if (tries > before) triedAt.push(second);
    }
    expect(triedAt).toEqual([5, 15, 35, 75, 135, 195]);
  });

  test("gets all of it once it works again, which is said once", async () => {
    const world = worldOf();
    const { stores } = world;
    await stores.ticks.append(ticks(10));
    await stores.incidents.put(incidentSample("i1"));
    await stores.alerts.putMany([{ state: stateSample("shop"), expected: null }]);
    await stores.alerts.putMany([{ state: stateSample("gone"), expected: null }]);
    world.readOnly(true);
    await stores.ticks.append(ticks(300));
    await stores.incidents.put(incidentSample("i1", { revision: 2 }));
    await stores.incidents.addMessage(ORG, "i1", messageSample("m1"));
    await stores.history.put([bucketSample()]);
    await stores.history.markRolledUp(ORG, T0);
    await stores.alerts.putMany([{ state: stateSample("shop", { verdict: "down" }), expected: 1 }]);
    await stores.alerts.remove(ORG, "gone");
    await stores.endpoints.replaceAll("file", [endpointSample("shop")]);
    world.readOnly(false);
    world.pass(5 * SECOND);
    await stores.ticks.append([tick(300)]);
    expect(world.said()).toEqual(["began", "over"]);
    expect(world.events[1]).toMatchObject({
      since: T0,
      lost: 0,
      message: expect.stringContaining("nothing was lost"),
    });

    const found = reopened(world);
    expect(await found.ticks.records(ORG, "shop", ...always)).toEqual(ticks(301));
    expect(await found.incidents.get(ORG, "i1")).toEqual(
      incidentSample("i1", { revision: 2, messages: [messageSample("m1")] }),
    );
    expect(await found.history.list(ORG, "shop", "hour", ...always)).toEqual([bucketSample()]);
    expect(await found.history.rolledUpTo(ORG)).toBe(T0);
    expect(await found.alerts.get(ORG, "shop")).toEqual({
      value: stateSample("shop", { verdict: "down" }),
      version: 2,
    });
    expect(await found.alerts.get(ORG, "gone")).toBeNull();
    expect((await found.endpoints.list(ORG)).map(({ endpoint }) => endpoint.id)).toEqual(["shop"]);
  });

  test("may fail again in the middle of that: nothing is lost and nothing said twice", async () => {
    const world = worldOf();
    world.readOnly(true);
    await world.stores.ticks.append(ticks(500));
    world.readOnly(false);
    const recovering = world.stores.recover();
    world.readOnly(true); // the first slice is through, the others aren't
    expect(await recovering).toBe(false);
    expect(await world.stores.ticks.records(ORG, "shop", ...always)).toEqual(ticks(500));
    world.readOnly(false);
    expect(await world.stores.recover()).toBe(true);
    expect(world.said()).toEqual(["began", "over"]);
    expect(await reopened(world).ticks.records(ORG, "shop", ...always)).toEqual(ticks(500));
  });

  test("what is written while memory is emptied is not left behind", async () => {
    const world = worldOf();
    world.readOnly(true);
    await world.stores.ticks.append(ticks(500));
    world.readOnly(false);
    const more = Array.from({ length: 300 }, (_, i) => recordSample({ endpointId: `site-${i}` }));
    await Promise.all([world.stores.recover(), ...more.map((record) => world.stores.ticks.append([record]))]);
    expect(world.stores.trouble()).toBeNull();
    expect(await reopened(world).ticks.all(ORG, ...always)).toHaveLength(800);
  });

  test("really full, it takes nothing; when it may grow again, it takes all", async () => {
    const world = worldOf();
    const { connection } = world.disk();
    await world.stores.ticks.append(ticks(10));
    const pages = Number(connection.pragma("page_count"));
    connection.exec(`PRAGMA max_page_count = ${pages + 2}`);
    for (let i = 0; i < 40; i++) await world.stores.ticks.append(ticks(1_000).slice(i * 25, (i + 1) * 25));
    expect(world.said()).toEqual(["began"]);
    expect(world.events[0]?.message).toMatch(/disk is full: free some space/);
    expect(await world.stores.ticks.records(ORG, "shop", ...always)).toEqual(ticks(1_000));
    connection.exec("PRAGMA max_page_count = 1000000");
    expect(await world.stores.recover()).toBe(true);
    expect(world.disk().connection.pragma("integrity_check")).toBe("ok");
    expect(await reopened(world).ticks.records(ORG, "shop", ...always)).toEqual(ticks(1_000));
  });
});

describe("alerting goes on", () => {
  test("conditional writes hold before, during and after, and only one gate opens", async () => {
    const world = worldOf();
    const { alerts } = world.stores;
    const write = (revision: string, expected: number | null) =>
      alerts.putMany([{ state: stateSample("shop", { revision }), expected }]);
    expect(await write("a", null)).toEqual({ conflicts: [] });
    expect(await alerts.openGate(ORG, "down", T0, T0 + 30_000)).toBe(true);
    world.readOnly(true);
    expect(await write("b", 1)).toEqual({ conflicts: [] });
    expect(await write("late", 1)).toEqual({ conflicts: ["shop"] });
    expect(await alerts.openGate(ORG, "down", T0, T0 + 30_000)).toBe(false);
    expect(await alerts.openGate(ORG, "up", T0, T0 + 30_000)).toBe(true);
    world.readOnly(false);
    world.pass(5 * SECOND);
    expect(await write("c", 2)).toEqual({ conflicts: [] });
    expect(await write("late", 2)).toEqual({ conflicts: ["shop"] });
    expect(await reopened(world).alerts.get(ORG, "shop")).toEqual({
      value: stateSample("shop", { revision: "c" }),
      version: 3,
    });
  });

  test("states from before a restart are known when the disk fails right after it", async () => {
    const world = worldOf({
      prepare: (path) => {
        const before = openSqlite(path);
        before.connection.write(() =>
          before.connection
            .query("INSERT INTO alerts VALUES (?, ?, 7, 1, ?)")
            .run(ORG, "shop", JSON.stringify(stateSample("shop", { verdict: "down" }))),
        );
        before.close();
      },
    });
    world.readOnly(true);
    expect((await world.stores.alerts.get(ORG, "shop"))?.version).toBe(7);
    expect(await troubledIn(world.stores.alerts)).toHaveLength(1);
  });

  test("outcomes of disk and memory are seen as one", async () => {
    const world = worldOf();
    await world.stores.ticks.append(ticks(3));
    world.readOnly(true);
    await world.stores.ticks.append([tick(2), tick(3), { ...tick(1), status: 500 }]);
    const outcomes = await world.stores.ticks.outcomes(ORG, ["shop"], ...always);
    expect(outcomes.get("shop")?.map(({ scheduledAt }) => (scheduledAt - T0) / MINUTE)).toEqual([0, 1, 2, 3]);
    expect((await world.stores.ticks.records(ORG, "shop", ...always))[1]?.status).toBe(200);
  });
});

test("a list is as long as asked for, also when memory knows that some of the disk's have ended", async () => {
  const world = worldOf();
  const { incidents } = world.stores;
  for (const i of [0, 1, 2]) await incidents.put(incidentSample(`i${i}`, { startedAt: T0 + i }));
  world.readOnly(true);
  await incidents.put(incidentSample("i2", { startedAt: T0 + 2, revision: 2, endedAt: T0 + 9 }));
  const open = await incidents.list({ org: ORG, limit: 2, open: true });
  expect(open.map(({ id }) => id)).toEqual(["i1", "i0"]);
});

describe("endpoints", () => {
  test("a change through the API is refused while it can't be kept; reading goes on", async () => {
    const world = worldOf();
    const { endpoints } = world.stores;
    const version = await endpoints.put(endpointSample("shop"), "api", null);
    world.readOnly(true);
    await expect(endpoints.put(endpointSample("new"), "api", null)).rejects.toBeInstanceOf(Unavailable);
    await expect(endpoints.remove(ORG, "shop", version)).rejects.toBeInstanceOf(Unavailable);
    await expect(endpoints.replaceAll("api", [])).rejects.toBeInstanceOf(Unavailable);
    expect((await endpoints.list(ORG)).map((stored) => stored.endpoint.id)).toEqual(["shop"]);
    expect(world.said()).toEqual(["began"]);
  });

  test("what the file declares is followed, and lists never come back under an old version", async () => {
    const world = worldOf();
    const { endpoints } = world.stores;
    const seen: string[] = [];
    const declare = async (name: string): Promise<void> => {
      await endpoints.replaceAll("file", [endpointSample("shop", { name })]);
      seen.push(...(await endpoints.shards()).map(({ version }) => version));
    };
    await declare("one");
    world.readOnly(true);
    await declare("two");
    await declare("three");
    world.readOnly(false);
    await world.stores.recover();
    await declare("four");
    expect(new Set(seen).size).toBe(4);
    expect((await reopened(world).endpoints.get(ORG, "shop"))?.endpoint.name).toBe("four");
  });
});

describe("bounds", () => {
  test("memory holds so many outcomes and drops the oldest, which is counted and said", async () => {
    const world = worldOf({ mostRecords: 100 });
    world.readOnly(true);
    for (const record of ticks(250)) await world.stores.ticks.append([record]);
    const held = await world.stores.ticks.records(ORG, "shop", ...always);
    expect(held.length).toBeLessThanOrEqual(100);
    expect(held).toEqual(ticks(250).slice(-held.length));
    world.readOnly(false);
    await world.stores.recover();
    expect(world.said()).toEqual(["began", "dropping", "over"]);
    expect(world.events[2]).toMatchObject({ lost: 250 - held.length });
  });

  test("beyond ten thousand buckets history waits for the disk", async () => {
    const world = worldOf();
    world.readOnly(true);
    const buckets = Array.from({ length: 10_000 }, (_, i) => bucketSample({ start: T0 + i * HOUR }));
    await world.stores.history.put(buckets);
    const more = world.stores.history.put([bucketSample({ endpointId: "blog" })]);
    await expect(more).rejects.toBeInstanceOf(Unavailable);
  });
});

describe("at the start", () => {
  const unavailable = new Unavailable("the disk is away: bring it back");

  test("without a disk it begins in memory, and takes over what the file knew when it comes", async () => {
    const world = worldOf({
      refused: unavailable,
      prepare: (path) => {
        const before = openSqlite(path);
        closing.push(before.close);
        void before.endpoints.put(endpointSample("made-by-api"), "api", null);
        void before.endpoints.replaceAll("file", [endpointSample("old-of-file")]);
        void before.alerts.putMany([
          { state: stateSample("made-by-api", { verdict: "down" }), expected: null },
        ]);
        before.close();
      },
    });
    const { stores } = world;
    expect(world.said()).toEqual(["began"]);
    await stores.endpoints.replaceAll("file", [endpointSample("shop")]);
    await stores.ticks.append(ticks(3));
    expect(await stores.ticks.records(ORG, "shop", ...always)).toEqual(ticks(3));
    world.refuseOpening(null);
    world.pass(5 * SECOND);
    await stores.ticks.append([tick(3)]);
    expect(world.said()).toEqual(["began", "over"]);
    expect((await stores.endpoints.list(ORG)).map(({ endpoint }) => endpoint.id)).toEqual([
      "made-by-api",
      "shop",
    ]);
    expect((await stores.alerts.get(ORG, "made-by-api"))?.value.verdict).toBe("down");
    const found = reopened(world);
    expect(await found.ticks.records(ORG, "shop", ...always)).toEqual(ticks(4));
    expect((await found.endpoints.list(ORG)).map(({ endpoint }) => endpoint.id)).toEqual([
      "made-by-api",
      "shop",
    ]);
  });

  test("a file that can only be read is read", async () => {
    const path = freshPath();
    const before = openSqlite(path);
    await before.ticks.append(ticks(2));
    await before.alerts.putMany([{ state: stateSample("shop"), expected: null }]);
    before.close();
    const refuse = (): never => {
      throw unavailable;
    };
    const stores = makeResilient(
      { open: refuse, openReadOnly: () => openSqlite(path, { readOnly: true }) },
      { now: () => T0, onTrouble: () => undefined },
    );
    closing.push(stores.close);
    await stores.ticks.append([tick(2)]);
    expect(await stores.ticks.records(ORG, "shop", ...always)).toEqual(ticks(3));
    expect((await stores.alerts.get(ORG, "shop"))?.version).toBe(1);
  });

  test("a file in use, or damaged, is no trouble to sit out but an error", () => {
    const path = freshPath();
    const first = openSqlite(path);
    closing.push(first.close);
    const options = { now: () => T0, onTrouble: () => undefined };
    expect(() => openResilient(path, options)).toThrow(StoreInUse);
    expect(() => worldOf({ refused: new DamagedStore("broken") })).toThrow(DamagedStore);
  });
});

describe("a connection that is broken", () => {
  test("is opened anew, and the file gets all that memory knows", async () => {
    const world = worldOf();
    await world.stores.alerts.putMany([{ state: stateSample("shop"), expected: null }]);
    const { connection } = world.disk();
    const broken = connection.write;
    connection.write = () => {
      throw new Unavailable("input/output error");
    };
    await world.stores.ticks.append(ticks(3));
    expect(world.said()).toEqual(["began"]);
    expect(world.opened()).toBe(1);
    expect(await world.stores.recover()).toBe(true);
    expect(world.opened()).toBe(2);
    connection.write = broken;
    expect(await reopened(world).ticks.records(ORG, "shop", ...always)).toEqual(ticks(3));
  });

  test("whose file is gone gets a new one, with every endpoint and alert state", async () => {
    const world = worldOf();
    const { stores } = world;
    await stores.endpoints.put(endpointSample("shop"), "api", null);
    await stores.alerts.putMany([{ state: stateSample("shop"), expected: null }]);
    world.disk().connection.write = () => {
      throw new Unavailable("input/output error");
    };
    await stores.ticks.append(ticks(1));
    for (const end of ["", "-wal", "-shm"]) rmSync(`${world.path}${end}`);
    expect(await stores.recover()).toBe(true);
    const found = reopened(world);
    expect(await found.alerts.get(ORG, "shop")).toEqual({ value: stateSample("shop"), version: 1 });
    expect((await found.endpoints.get(ORG, "shop"))?.origin).toBe("api");
  });

  test("that can't be read either answers from memory", async () => {
    const world = worldOf();
    await world.stores.ticks.append(ticks(2));
    world.disk().connection.read = () => {
      throw new Unavailable("input/output error");
    };
    expect(await world.stores.ticks.records(ORG, "shop", ...always)).toEqual([]);
    await world.stores.ticks.append([tick(2)]);
    expect(await world.stores.ticks.records(ORG, "shop", ...always)).toEqual([tick(2)]);
    expect(world.said()).toEqual(["began"]);
  });
});

describe("housekeeping and the end", () => {
  test("pruning and checkpoints of a failing disk are trouble like any other, and wait", async () => {
    const world = worldOf();
    await world.stores.ticks.append(ticks(2));
    world.readOnly(true);
    const retention = { rawMs: 1, hourMs: 1, dayMs: 1 };
    expect(await world.stores.prune(retention, T0 + HOUR)).toEqual({ ticks: 0, buckets: 0, incidents: 0 });
    world.stores.checkpoint();
    expect(world.said()).toEqual(["began"]);
    world.readOnly(false);
    await world.stores.recover();
    expect((await world.stores.prune(retention, T0 + HOUR)).ticks).toBe(2);
  });

  test("closing tries once more", async () => {
    const world = worldOf();
    world.readOnly(true);
    await world.stores.ticks.append(ticks(200));
    world.readOnly(false);
    expect(await reopened(world).ticks.records(ORG, "shop", ...always)).toEqual(ticks(200));
    expect(world.said()).toEqual(["began", "over"]);
  });

  test("closing without success says what is lost, once", async () => {
    const world = worldOf();
    world.readOnly(true);
    await world.stores.ticks.append(ticks(7));
    world.stores.close();
    world.stores.close();
    expect(world.said()).toEqual(["began", "lost"]);
    expect(world.events[1]).toMatchObject({ lost: 7, since: T0 });
  });
});
