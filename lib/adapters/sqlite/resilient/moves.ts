import { number, text } from "../column.ts";
import type { Connection, Durability, Query, Row } from "../connection.ts";
import {
  BUCKET_COLUMNS,
  bucketFrom,
  bucketRow,
  MARK_ROLLED_UP,
  REPLACE_BUCKET,
  SIZE_CODES,
} from "../history.ts";
import { ADD_MESSAGE, PUT_INCIDENT } from "../incidents.ts";
import type { SqliteStores } from "../open.ts";
import { recordFrom, rowOf, TICK_COLUMNS } from "../tick-row.ts";
import { INSERT_TICK } from "../ticks.ts";

/** An endpoint as its organization and id. */
export type Key = readonly [org: string, id: string];

/** Moves up to a slice of what memory holds to the disk; answers whether there was anything. */
export type Move = () => boolean;

const SLICE = 64;

/** Rows go to the disk in one transaction and then, when that is done, from memory. */
function mover(
  memory: Connection,
  disk: Connection,
  parts: { read: string; write: (row: Row) => unknown; forget: (row: Row) => unknown },
): Move {
  const read = memory.query(`${parts.read} LIMIT ${SLICE}`);
  return () => {
    const rows = read.all();
    if (rows.length === 0) return false;
    disk.write(() => {
      for (const row of rows) parts.write(row);
    });
    memory.write(() => {
      for (const row of rows) parts.forget(row);
    });
    return true;
  };
}

function ticks(memory: SqliteStores, disk: SqliteStores): Move {
  const insert = disk.connection.query(INSERT_TICK);
  const drop = memory.connection.query("DELETE FROM ticks WHERE endpoint = ? AND at = ? AND region = ?");
  return mover(memory.connection, disk.connection, {
    read: `SELECT org, id, key, ${TICK_COLUMNS} FROM ticks JOIN endpoint_keys ON key = endpoint`,
    write([org, id, , ...row]) {
      const record = recordFrom(row, text(org), text(id), memory.dictionary);
      insert.run(...rowOf(record, disk.dictionary));
    },
    forget: ([, , key, at, region]) => drop.run(number(key), number(at), number(region)),
  });
}

function buckets(memory: SqliteStores, disk: SqliteStores): Move {
  const replace = disk.connection.query(REPLACE_BUCKET);
  const drop = memory.connection.query(
    "DELETE FROM buckets WHERE endpoint = ? AND size = ? AND start = ? AND region = ?",
  );
  return mover(memory.connection, disk.connection, {
    read: `SELECT org, id, key, size, ${BUCKET_COLUMNS} FROM buckets JOIN endpoint_keys ON key = endpoint`,
    write([org, id, , size, ...row]) {
      const key = {
        org: text(org),
        endpointId: text(id),
        size: size === SIZE_CODES.hour ? "hour" : "day",
      } as const;
      replace.run(...bucketRow(bucketFrom(row, key, memory.dictionary), disk.dictionary));
    },
    forget: ([, , key, size, start, region]) =>
      drop.run(number(key), number(size), number(start), number(region)),
  });
}

/** Tables whose rows are the same in both. */
function rows(
  memory: Connection,
  disk: Connection,
  table: string,
  write: string,
  key: readonly string[],
): Move {
  const put = disk.query(write);
  const drop = memory.query(
    `DELETE FROM ${table} WHERE ${key.map((column) => `${column} = ?`).join(" AND ")}`,
  );
  return mover(memory, disk, {
    read: `SELECT ${key.join(", ")}, * FROM ${table}`,
    write: (row) => put.run(...row.slice(key.length)),
    forget: (row) => drop.run(...row.slice(0, key.length)),
  });
}

/** What piles up in memory while the disk fails, oldest concern first; rolled-up marks follow their buckets. */
export function piles(memory: SqliteStores, disk: SqliteStores): Move[] {
  const [from, to] = [memory.connection, disk.connection];
  return [
    ticks(memory, disk),
    rows(from, to, "incidents", PUT_INCIDENT, ["org", "id", "revision"]),
    rows(from, to, "messages", ADD_MESSAGE, ["org", "incident", "effect"]),
    buckets(memory, disk),
    rows(from, to, "rollups", MARK_ROLLED_UP, ["org", "hour"]),
  ];
}

/** Brings the disk's rows of alert states to what memory has: one that is gone there goes here. */
export function alertCopier(memory: Connection, disk: Connection): (keys: readonly Key[]) => void {
  const one = "FROM alerts WHERE org = ? AND endpoint = ?";
  const read = memory.query(`SELECT troubled, org, endpoint, version, state ${one}`);
  const hadEffects = disk.query(`SELECT 1 ${one} AND troubled = 2`);
  const put = disk.query(
    "INSERT OR REPLACE INTO alerts (troubled, org, endpoint, version, state) VALUES (?, ?, ?, ?, ?)",
  );
  const drop = disk.query(`DELETE ${one}`);
  const durability = (key: Key, row: Row | undefined): Durability =>
    row === undefined || row[0] === 2 || hadEffects.get(...key) !== undefined ? "power" : "process";

  return (keys) => {
    const found = keys.map((key) => [key, read.get(...key)] as const);
    const wanted = disk.read(() => found.map(([key, row]) => durability(key, row)));
    disk.write(
      () => {
        for (const [key, row] of found) row === undefined ? drop.run(...key) : put.run(...row);
      },
      wanted.includes("power") ? "power" : "process",
    );
  };
}

export function gateCopier(memory: Connection, disk: Connection): (org: string, kind: string) => void {
  const read = memory.query("SELECT org, kind, until FROM gates WHERE org = ? AND kind = ?");
  const put = disk.query("INSERT OR REPLACE INTO gates VALUES (?, ?, ?)");
  return (org, kind) => {
    const row = read.get(org, kind);
    if (row !== undefined) disk.write(() => put.run(...row));
  };
}

/** Makes a table of `to` what it is in `from`, whole. */
function copyTable(from: Connection, to: Connection, table: string): void {
  const all = from.query(`SELECT * FROM ${table}`).all();
  to.query(`DELETE FROM ${table}`).run();
  const [first] = all;
  if (first === undefined) return;
  const put: Query = to.query(`INSERT INTO ${table} VALUES (${first.map(() => "?").join(", ")})`);
  for (const row of all) put.run(...row);
}

/** Makes the endpoints of `to` those of `from`; the counter of versions goes with them, so that none comes back. */
export function copyEndpoints(from: Connection, to: Connection): void {
  to.write(() => {
    copyTable(from, to, "endpoints");
    copyTable(from, to, "counters");
  }, "power");
}

/**
 * Takes over what a file knows and memory doesn't: alert states, gates, endpoints. Those a configuration file
 * declared are left out once memory has its own from that file.
 */
export function adopt(disk: Connection, memory: Connection): void {
  const declared = memory.query("SELECT 1 FROM endpoints WHERE origin = 'file' LIMIT 1").get() !== undefined;
  const take = (select: string, table: string, columns: number): void => {
    const places = Array.from({ length: columns }, () => "?").join(", ");
    const put = memory.query(`INSERT OR IGNORE INTO ${table} VALUES (${places})`);
    for (const row of disk.query(select).all()) put.run(...row);
  };
  memory.write(() => {
    take(`SELECT * FROM endpoints ${declared ? "WHERE origin <> 'file'" : ""}`, "endpoints", 8);
    take("SELECT * FROM alerts", "alerts", 5);
    take("SELECT * FROM gates", "gates", 3);
    const raise = memory.query(
      "INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
    );
    for (const row of disk.query("SELECT name, value FROM counters").all()) raise.run(...row);
  });
}

/** Keys of every alert state in memory. */
export const alertKeys = (memory: Connection): Key[] =>
  memory
    .query("SELECT org, endpoint FROM alerts")
    .all()
    .map(([org, id]) => [text(org), text(id)] as const);
