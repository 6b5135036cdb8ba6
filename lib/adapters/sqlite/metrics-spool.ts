import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { Unavailable } from "../../core/errors.ts";
import type { MetricsQueue } from "../../core/ports.ts";
import { packRecordsAside } from "../packed-records.ts";
import { bytes, number } from "./column.ts";
import { type Connection, connect, type Query } from "./connection.ts";
import { slicesOf } from "./ticks.ts";

/** Some records, packed (packed-records.ts). */
export interface SpooledBatch {
  seq: number;
  packed: Uint8Array;
  records: number;
}

/** Records on their way to a metrics sink, in the order in which they were put in. */
export interface MetricsSpool extends MetricsQueue {
  /** Null when nothing waits. */
  oldest(): SpooledBatch | null;
  /** Takes a batch out; the sink has it. */
  remove(seq: number): void;
  /** Records that wait. */
  waiting(): number;
  close(): void;
}

export interface SpoolOptions {
  /** What the batches in it may take together; beyond it the oldest go. Default 256 MB: about six million records. */
  limitBytes?: number;
  /** Told how many records had to go for new ones. */
  onDropped(records: number): void;
}

const LIMIT_BYTES = 256 * 1024 * 1024;
const PRAGMAS =
  "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 4194304";
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS batches (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    records INTEGER NOT NULL,
    packed BLOB NOT NULL
  ) STRICT`;
const VACUUM_PAGES = 64;
/** Records in a batch: reading one takes the event loop a millisecond, and checks take their times meanwhile. */
const MOST_IN_BATCH = 100;

function create(path: string): Connection {
  if (path !== ":memory:") {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  }
  const db = connect(path, path, false);
  try {
    db.exec(PRAGMAS);
    db.exec(SCHEMA);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The open file: statements, and how full it is. */
class Spool {
  readonly #db: Connection;
  readonly #insert: Query;
  readonly #oldest: Query;
  readonly #remove: Query;
  #bytes: number;
  #records: number;

  constructor(db: Connection) {
    this.#db = db;
    this.#insert = db.query("INSERT INTO batches (records, packed) VALUES (?, ?)");
    this.#oldest = db.query("SELECT seq, packed, records FROM batches ORDER BY seq LIMIT 1");
    this.#remove = db.query("DELETE FROM batches WHERE seq = ? RETURNING length(packed), records");
    const row = db.query("SELECT total(length(packed)), total(records) FROM batches").get();
    this.#bytes = number(row?.[0]);
    this.#records = number(row?.[1]);
  }

  get records(): number {
    return this.#records;
  }

  /** Answers how many records had to go. */
  put(packed: Uint8Array, records: number, limitBytes: number): number {
    let dropped = 0;
    this.#db.write(() => {
      for (let first = this.oldest(); first !== null && this.#bytes + packed.length > limitBytes; ) {
        dropped += this.#take(first.seq);
        first = this.oldest();
      }
      this.#insert.run(records, packed);
    });
    this.#bytes += packed.length;
    this.#records += records;
    return dropped;
  }

  oldest(): SpooledBatch | null {
    return this.#db.read(() => {
      const row = this.#oldest.get();
      if (row === undefined) return null;
      return { seq: number(row[0]), packed: bytes(row[1]), records: number(row[2]) };
    });
  }

  remove(seq: number): void {
    this.#db.write(() => this.#take(seq));
    if (this.#records === 0) this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
  }

  close(): void {
    this.#db.close();
  }

  #take(seq: number): number {
    const row = this.#remove.get(seq);
    this.#bytes -= number(row?.[0] ?? 0);
    this.#records -= number(row?.[1] ?? 0);
    return number(row?.[1] ?? 0);
  }
}

/**
 * A spool in one SQLite file (`:memory:` for none), opened at its first use: what was acknowledged is there after
 * kill -9, as in the data file beside it. Whoever holds the data file's lock is its only writer.
 * Every call throws Unavailable, or DamagedStore, while the file can't be used; the next one opens it anew.
 */
export function makeMetricsSpool(
  path: string,
  { limitBytes = LIMIT_BYTES, onDropped }: SpoolOptions,
): MetricsSpool {
  let spool: Spool | null = null;

  function close(): void {
    spool?.close();
    spool = null;
  }

  /** After an error nobody knows what the file holds: it is looked at anew. */
  function use<T>(work: (spool: Spool) => T): T {
    try {
      spool ??= new Spool(create(path));
      return work(spool);
    } catch (error) {
      close();
      if (!(error instanceof Error && "syscall" in error)) throw error;
      throw new Unavailable(`the spool ${path} can't be made: ${String(error)}`, { cause: error });
    }
  }

  return {
    async put(records) {
      for (const slice of slicesOf(records, MOST_IN_BATCH)) {
        const packed = await packRecordsAside(slice);
        const dropped = use((open) => open.put(packed, slice.length, limitBytes));
        if (dropped > 0) onDropped(dropped);
      }
    },
    oldest: () => use((open) => open.oldest()),
    remove: (seq) => use((open) => open.remove(seq)),
    waiting: () => use((open) => open.records),
    close,
  };
}
