import { afterEach, describe, expect, test } from "vitest";
import { type Connection, connect } from "../../../../lib/adapters/sqlite/connection.ts";
import { openSqlite, WrongSchema } from "../../../../lib/adapters/sqlite/index.ts";
import { migrate, requireCurrent } from "../../../../lib/adapters/sqlite/migrate.ts";
import { migrations } from "../../../../lib/adapters/sqlite/schema.ts";
import { ORG, recordSample, T0 } from "../../../contract/samples.ts";
import { freshPath } from "./folder.ts";

const open: Connection[] = [];
const connected = (path: string): Connection => {
  const db = connect(path, path, false);
  open.push(db);
  return db;
};
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

const first = "CREATE TABLE a (x INTEGER) STRICT";
const second = "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7";

describe("migrations", () => {
  test("an older file gets what it lacks and keeps what it has", () => {
    const path = freshPath();
    const older = connected(path);
    migrate(older, [first]);
    older.exec("INSERT INTO a VALUES (1)");
    const newer = connected(path);
    migrate(newer, [first, second]);
    expect(newer.query("SELECT x, y FROM a").all()).toEqual([[1, 7]]);
    expect(newer.pragma("user_version")).toBe(2);
  });

  test("a second time nothing is left to do", () => {
    const db = connected(freshPath());
    migrate(db, [first, second]);
    migrate(db, [first, second]);
    expect(db.pragma("user_version")).toBe(2);
  });

  test("one that fails leaves the file at the version before", () => {
    const db = connected(freshPath());
    expect(() => migrate(db, [first, `${second}; CREATE TABLE a (z INTEGER)`])).toThrow(/already exists/);
    expect(db.pragma("user_version")).toBe(1);
    expect(db.query("SELECT name FROM pragma_table_info('a')").all()).toEqual([["x"]]);
    migrate(db, [first, second]);
    expect(db.pragma("user_version")).toBe(2);
  });

  test("a reader can't upgrade an older file, and says who can", () => {
    const path = freshPath();
    const db = connected(path);
    migrate(db, migrations);
    db.exec(`PRAGMA user_version = ${migrations.length - 1}`);
    expect(() => requireCurrent(db)).toThrow(WrongSchema);
    expect(() => requireCurrent(db)).toThrow(/start Vigie on it once/);
  });

  test("every released version upgrades to the newest, which then works", async () => {
    for (let released = 0; released <= migrations.length; released++) {
      const path = freshPath();
      const older = connect(path, path, false);
      migrate(older, migrations.slice(0, released));
      older.close();
      const stores = openSqlite(path);
      await stores.ticks.append([recordSample()]);
      expect(await stores.ticks.records(ORG, "shop", T0, T0)).toEqual([recordSample()]);
      stores.close();
    }
  });
});
