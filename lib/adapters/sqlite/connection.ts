import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";
import { translated } from "./errors.ts";

export type Row = SQLOutputValue[];

/** A prepared statement. Rows are arrays, in the order of the selected columns. */
export interface Query {
  all(...parameters: SQLInputValue[]): Row[];
  get(...parameters: SQLInputValue[]): Row | undefined;
  /** Answers how many rows changed. */
  run(...parameters: SQLInputValue[]): number;
}

/**
 * What an acknowledged write survives. `process`: kill -9, since it is with the operating system; a power cut may
 * take the last of them (never the file's consistency). `power`: that too, at the price of waiting for the disk.
 */
export type Durability = "process" | "power";

/**
 * One SQLite connection. It is synchronous: while it works, no probe can take a time. So transactions are short,
 * long work comes in slices with `breathe` between them, and only what is rare waits for the disk.
 */
export interface Connection {
  readonly path: string;
  readonly readOnly: boolean;
  query(sql: string): Query;
  exec(sql: string): void;
  /** First column of a pragma's first row. */
  pragma(sql: string): SQLOutputValue | undefined;
  /** Runs reads; SQLite's errors come out in core's words (errors.ts). */
  read<T>(work: () => T): T;
  /** Runs writes as one transaction: all of them or none. */
  write<T>(work: () => T, durability?: Durability): T;
  /** Called after a transaction was rolled back: what was remembered from inside it is void. */
  onRollback(forget: () => void): void;
  close(): void;
}

/** Lets timers and sockets run between two slices of work. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Long enough for a reader's glance, short enough for a probe that waits behind it. */
const BUSY_TIMEOUT_MS = 250;

function queryOf(db: DatabaseSync, sql: string): Query {
  const statement = db.prepare(sql);
  return {
    // `returnArrays` below makes rows arrays; the type declarations know only objects.
    all: (...parameters) => statement.all(...parameters) as unknown as Row[],
    get: (...parameters) => statement.get(...parameters) as unknown as Row | undefined,
    run: (...parameters) => Number(statement.run(...parameters).changes),
  };
}

/** Sets how long a commit waits for the disk; a no-op when it is so already. */
function synchronous(db: DatabaseSync): (durability: Durability) => void {
  let now: Durability | null = null;
  return (wanted) => {
    if (wanted === now) return;
    db.exec(`PRAGMA synchronous = ${wanted === "power" ? "FULL" : "NORMAL"}`);
    now = wanted;
  };
}

/** @param location what SQLite opens: a path, `:memory:` or a `file:` URL; `path` is what messages name */
export function connect(location: string | URL, path: string, readOnly: boolean): Connection {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translated(error, path);
    }
  };
  const db = attempt(
    () => new DatabaseSync(location, { readOnly, returnArrays: true, timeout: BUSY_TIMEOUT_MS }),
  );
  const wait = synchronous(db);
  const forgets: (() => void)[] = [];

  function rollBack(): void {
    if (db.isOpen && db.isTransaction) db.exec("ROLLBACK"); // a full disk may have rolled back already
    for (const forget of forgets) forget();
  }

  function transaction<T>(work: () => T, durability: Durability): T {
    wait(durability);
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  return {
    path,
    readOnly,
    query: (sql) => attempt(() => queryOf(db, sql)),
    exec: (sql) => attempt(() => db.exec(sql)),
    pragma: (sql) => attempt(() => queryOf(db, `PRAGMA ${sql}`).get()?.[0]),
    read: attempt,
    write: (work, durability = "process") => attempt(() => transaction(work, durability)),
    onRollback: (forget) => void forgets.push(forget),
    close: () => db.close(),
  };
}
