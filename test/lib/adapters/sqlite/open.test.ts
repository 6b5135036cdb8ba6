import { existsSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import {
  DamagedStore,
  openSqlite,
  type SqliteOptions,
  type SqliteStores,
  StoreInUse,
  WrongSchema,
} from "../../../../lib/adapters/sqlite/index.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { endpointSample, MINUTE, ORG, recordSample, stateSample, T0 } from "../../../contract/samples.ts";
import { freshPath } from "./folder.ts";

const opened: SqliteStores[] = [];
const open = (path: string, options?: SqliteOptions): SqliteStores => {
  const stores = openSqlite(path, options);
  opened.push(stores);
  return stores;
};
afterEach(() => {
  for (const stores of opened.splice(0)) stores.close();
});

const window = [T0, T0 + MINUTE] as const;

describe("opening", () => {
  test("makes the folder and a file that only its owner may read", () => {
    const path = join(dirname(freshPath()), "a", "b", "vigie.db");
    open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  });

  test("what was written is there after closing, and no log is left", async () => {
    const path = freshPath();
    const stores = open(path);
    await stores.ticks.append([recordSample()]);
    stores.close();
    stores.close();
    expect(readdirSync(dirname(path)).sort()).toEqual(["vigie.db", "vigie.db-lock"]);
    expect(await open(path).ticks.records(ORG, "shop", ...window)).toEqual([recordSample()]);
  });

  test("where no file can be made, the reason is told", () => {
    const path = freshPath();
    writeFileSync(path, "");
    expect(() => open(join(path, "below-a-file", "vigie.db"))).toThrow(Unavailable);
  });
});

describe("one writer", () => {
  test("a second one is refused and told who is first", () => {
    const path = freshPath();
    open(path);
    expect(() => open(path)).toThrow(StoreInUse);
    expect(() => open(path)).toThrow(new RegExp(`in use by process ${process.pid}: stop that one`));
  });

  test("by whatever name it calls the file", () => {
    const path = freshPath();
    open(path);
    const alias = join(dirname(path), "alias.db");
    symlinkSync(path, alias);
    expect(() => open(alias)).toThrow(StoreInUse);
  });

  test("when the first is gone, the second may come", () => {
    const path = freshPath();
    open(path).close();
    expect(() => open(path)).not.toThrow();
  });

  test("readers come and go meanwhile and see what is written", async () => {
    const path = freshPath();
    const writer = open(path);
    const reader = open(path, { readOnly: true });
    await writer.ticks.append([recordSample()]);
    await writer.alerts.putMany([{ state: stateSample("shop"), expected: null }]);
    expect(await reader.ticks.records(ORG, "shop", ...window)).toEqual([recordSample()]);
    expect((await reader.alerts.get(ORG, "shop"))?.version).toBe(1);
    reader.close();
    await writer.endpoints.put(endpointSample("shop"), "api", null);
  });

  test("a reader can't write", async () => {
    const path = freshPath();
    open(path);
    const reader = open(path, { readOnly: true });
    await expect(reader.ticks.append([recordSample()])).rejects.toThrow(/is read-only/);
    await expect(reader.ticks.append([recordSample()])).rejects.toBeInstanceOf(Unavailable);
  });

  test("a reader needs no writer, and there is nothing to read before the first one", () => {
    const path = freshPath();
    expect(() => open(path, { readOnly: true })).toThrow(/there is no data file/);
    expect(existsSync(path)).toBe(false);
    open(path).close();
    expect(() => open(path, { readOnly: true })).not.toThrow();
  });
});

describe("a file that isn't right", () => {
  test("no database at all: says what to do and leaves it alone", () => {
    const path = freshPath();
    writeFileSync(path, "to be or not to be\n".repeat(1_000));
    const before = statSync(path);
    expect(() => open(path)).toThrow(DamagedStore);
    expect(() => open(path)).toThrow(/move it .* away/);
    expect(statSync(path).size).toBe(before.size);
    expect(() => open(path, { readOnly: true })).toThrow(DamagedStore);
  });

  test("a database cut off in the middle", async () => {
    const path = freshPath();
    const stores = open(path);
    const ids = Array.from({ length: 2_000 }, (_, i) => `site-${i}`);
    await stores.ticks.append(ids.map((endpointId) => recordSample({ endpointId })));
    stores.close();
    truncateSync(path, 3 * 4_096);
    const read = async () => open(path).ticks.all(ORG, ...window);
    await expect(read()).rejects.toBeInstanceOf(DamagedStore);
  });

  test("another program's database", () => {
    const path = freshPath();
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE diary (day TEXT); PRAGMA user_version = 1");
    other.close();
    expect(() => open(path)).toThrow(WrongSchema);
    expect(() => open(path)).toThrow(/not one of Vigie's/);
  });

  test("a newer version's: refused unchanged, for readers too", () => {
    const path = freshPath();
    open(path).close();
    const newer = new DatabaseSync(path);
    newer.exec("PRAGMA user_version = 99");
    newer.close();
    expect(() => open(path)).toThrow(/has schema 99.*install the version that wrote it/);
    expect(() => open(path, { readOnly: true })).toThrow(WrongSchema);
    const after = new DatabaseSync(path);
    expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
    after.close();
  });
});
