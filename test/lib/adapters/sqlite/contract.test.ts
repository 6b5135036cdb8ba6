import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite, type SqliteStores, type StorePorts } from "../../../../lib/adapters/sqlite/index.ts";
import { describeStoreContracts } from "../../../contract/all.ts";
import type { Subject } from "../../../contract/subject.ts";
import { troubledIn } from "../../../support/troubled.ts";

/** Makes SQLite refuse writes as it does on a read-only disk. */
async function refuseWrites({ connection }: SqliteStores): Promise<() => Promise<void>> {
  connection.exec("PRAGMA query_only = 1");
  return async () => connection.exec("PRAGMA query_only = 0");
}

describeStoreContracts("SQLite in memory", async () => {
  const stores = openSqlite(":memory:");
  return { store: stores, putOutOfReach: () => refuseWrites(stores), close: async () => stores.close() };
});

describeStoreContracts("SQLite on disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vigie-"));
  const stores = openSqlite(join(folder, "vigie.db"));
  return {
    store: stores,
    putOutOfReach: () => refuseWrites(stores),
    close: async () => {
      stores.close();
      await rm(folder, { recursive: true });
    },
  };
});

type Method = (...parameters: unknown[]) => Promise<unknown>;

/** Every call opens the file, does its work and closes it again, one after another: only one process may write. */
function reopened<K extends keyof StorePorts>(
  open: () => SqliteStores,
  port: K,
  turn: { last: Promise<unknown> },
): StorePorts[K] {
  async function call(method: string, parameters: unknown[]): Promise<unknown> {
    const stores = open();
    try {
      // Every member of a port is an async method, and `method` is the name of one.
      return await (stores[port] as unknown as Record<string, Method>)[method]?.(...parameters);
    } finally {
      stores.close();
    }
  }
  /** Answers with pages instead of a promise: all of them are read while the file is open. */
  async function* pages() {
    const stores = open();
    try {
      yield await troubledIn(stores.alerts);
    } finally {
      stores.close();
    }
  }
  const handler: ProxyHandler<StorePorts[K]> = {
    get: (_, method) => {
      if (typeof method === "symbol" || method === "then") return undefined; // a port is no promise
      if (method === "troubled") return pages;
      return (...parameters: unknown[]) => {
        const result = turn.last.then(() => call(method, parameters));
        turn.last = result.catch(() => undefined);
        return result;
      };
    },
  };
  return new Proxy({} as StorePorts[K], handler); // the handler answers for every member
}

describeStoreContracts(
  "SQLite on disk, opened anew for every call",
  async (): Promise<Subject<StorePorts>> => {
    const folder = await mkdtemp(join(tmpdir(), "vigie-"));
    const open = () => openSqlite(join(folder, "vigie.db"));
    const turn = { last: Promise.resolve() };
    return {
      store: {
        endpoints: reopened(open, "endpoints", turn),
        ticks: reopened(open, "ticks", turn),
        alerts: reopened(open, "alerts", turn),
        incidents: reopened(open, "incidents", turn),
        history: reopened(open, "history", turn),
      },
      putOutOfReach: "the state of a connection that is gone can't be set; covered by `SQLite on disk`",
      close: () => rm(folder, { recursive: true }),
    };
  },
);
