import { afterEach, expect, test } from "vitest";
import {
  makeResilient,
  openSqlite,
  type ResilientStores,
  type SqliteStores,
  type StorePorts,
} from "../../../../lib/adapters/sqlite/index.ts";
import { describeAlertStoreContract } from "../../../contract/alert-store.ts";
import { describeStoreContracts } from "../../../contract/all.ts";
import { describeHistoryContract } from "../../../contract/history.ts";
import { describeIncidentLogContract } from "../../../contract/incident-log.ts";
import { HOUR, T0 } from "../../../contract/samples.ts";
import type { MakeSubject, Subject } from "../../../contract/subject.ts";
import { describeTickLogContract } from "../../../contract/tick-log.ts";
import { freshPath } from "./folder.ts";

const IN_MEMORY = "this store goes on in memory where others are Unavailable: that is what it is for";

interface World {
  disk: SqliteStores;
  stores: ResilientStores;
  /** Makes the disk refuse writes, or take them again; an hour passes, so that the next write tries it. */
  fail(failing: boolean): void;
}

function worldOn(path: string): World {
  let now = T0;
  const disk = openSqlite(path);
  const stores = makeResilient(
    { open: () => disk, openReadOnly: () => disk },
    { now: () => now, onTrouble: () => undefined },
  );
  return {
    disk,
    stores,
    fail(failing) {
      disk.connection.exec(`PRAGMA query_only = ${failing ? 1 : 0}`);
      now += HOUR;
    },
  };
}

const subjectOf = (stores: ResilientStores, store: StorePorts = stores): Subject<StorePorts> => ({
  store,
  putOutOfReach: IN_MEMORY,
  close: async () => stores.close(),
});

describeStoreContracts("resilient, on a disk that works", async () => subjectOf(worldOn(freshPath()).stores));

function part<K extends keyof StorePorts>(
  make: MakeSubject<StorePorts>,
  port: K,
): MakeSubject<StorePorts[K]> {
  return async () => {
    const whole = await make();
    return { ...whole, store: whole.store[port] };
  };
}

/** Endpoints are left out: a change through the API is refused while it can't be kept (see resilient.test.ts). */
function describeWithoutEndpoints(name: string, make: MakeSubject<StorePorts>): void {
  describeTickLogContract(name, part(make, "ticks"));
  describeAlertStoreContract(name, part(make, "alerts"));
  describeIncidentLogContract(name, part(make, "incidents"));
  describeHistoryContract(name, part(make, "history"));
}

describeWithoutEndpoints("resilient, while the disk fails", async () => {
  const { stores, fail } = worldOn(":memory:");
  fail(true);
  return subjectOf(stores);
});

type Method = (...parameters: unknown[]) => Promise<unknown>;

/** The disk fails during every second call, and each time there is something in memory when it works again. */
function everyOther<T extends object>(port: T, world: World, calls: { made: number }): T {
  const handler: ProxyHandler<T> = {
    get: (target, method) => {
      if (typeof method === "symbol" || method === "then") return undefined; // a port is no promise
      return (...parameters: unknown[]) => {
        calls.made += 1;
        world.fail(calls.made % 2 === 1);
        // Every member of a port is an async method, and `method` is the name of one.
        return (target as Record<string, Method>)[method]?.(...parameters);
      };
    },
  };
  return new Proxy(port, handler);
}

describeWithoutEndpoints("resilient, while the disk fails every other time", async () => {
  const world = worldOn(":memory:");
  const calls = { made: 0 };
  return subjectOf(world.stores, {
    endpoints: world.stores.endpoints,
    ticks: everyOther(world.stores.ticks, world, calls),
    alerts: everyOther(world.stores.alerts, world, calls),
    incidents: everyOther(world.stores.incidents, world, calls),
    history: everyOther(world.stores.history, world, calls),
  });
});

const worlds: World[] = [];
afterEach(() => {
  for (const { stores } of worlds.splice(0)) stores.close();
});

test("in these worlds the disk does fail, and recovers", async () => {
  const world = worldOn(":memory:");
  worlds.push(world);
  world.fail(true);
  await world.stores.history.markRolledUp("acme", T0);
  expect(world.stores.trouble()).not.toBeNull();
  expect(await world.disk.history.rolledUpTo("acme")).toBeNull();
  world.fail(false);
  await world.stores.history.markRolledUp("acme", T0);
  expect(world.stores.trouble()).toBeNull();
  expect(await world.disk.history.rolledUpTo("acme")).toBe(T0);
});
