import { closeSync, existsSync, mkdirSync, openSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Unavailable } from "../../core/errors.ts";
import type { Retention } from "../../core/history/retention.ts";
import type { AlertStore, IncidentLog } from "../../core/ports.ts";
import { makeAlerts } from "./alerts.ts";
import { type Connection, connect } from "./connection.ts";
import { type Dictionary, makeDictionary } from "./dictionary.ts";
import { type LocalEndpoints, makeEndpoints } from "./endpoints.ts";
import { makeHistory, type OrgHistory } from "./history.ts";
import { makeIncidents } from "./incidents.ts";
import { lockForWriting } from "./lock.ts";
import { migrate, requireCurrent } from "./migrate.ts";
import { makePrune, type Pruned } from "./prune.ts";
import { makeTicks, type RowLog } from "./ticks.ts";

/** Every store port. */
export interface StorePorts {
  endpoints: LocalEndpoints;
  ticks: RowLog;
  alerts: AlertStore;
  incidents: IncidentLog;
  history: OrgHistory;
}

/** All store ports over one file, and its housekeeping. */
export interface Stores extends StorePorts {
  /** Deletes what is older than its retention; `now` is epoch ms. Call it about once an hour. */
  prune(retention: Retention, now: number): Promise<Pruned>;
  /** Brings the write-ahead log into the file and empties it, as far as no reader needs it. */
  checkpoint(): void;
  /** Idempotent. Everything acknowledged is in the file then, the write-ahead log is gone. */
  close(): void;
}

export interface SqliteStores extends Stores {
  /** What the stores stand on, for those that move rows from one to another (resilient/). */
  connection: Connection;
  dictionary: Dictionary;
}

export interface SqliteOptions {
  /** Reads a file that another process may be writing to; every write is refused as Unavailable. */
  readOnly?: boolean;
}

/**
 * Pages in the write-ahead log after which a commit brings them into the file: the one slice that takes longer (some
 * tens of ms). Ticks change the same pages minute after minute, so a long log saves most of that writing.
 */
const CHECKPOINT_PAGES = 4_000;
/** Above this, the log's file is cut back after a checkpoint. */
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
const CACHE_KIB = 24 * 1024;

/** A file that is only read, or none at all, has no lock to release. */
const nothing = (): void => undefined;

/** One file by whatever name: the lock and SQLite's own side files stand beside the real one. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}

/** Headers of endpoints may hold secrets: a new file is its owner's alone. */
function createPrivately(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    throw new Unavailable(`the data file ${path} can't be made: ${String(error)}`, { cause: error });
  }
}

function storesOver(db: Connection, close: () => void): SqliteStores {
  const dictionary = makeDictionary(db);
  const prune = makePrune(db, dictionary);
  return {
    connection: db,
    dictionary,
    endpoints: makeEndpoints(db),
    ticks: makeTicks(db, dictionary),
    alerts: makeAlerts(db),
    incidents: makeIncidents(db),
    history: makeHistory(db, dictionary),
    prune,
    checkpoint: () =>
      db.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 250"),
    close,
  };
}

/** Closes what was opened so far when the rest fails, and makes closing twice harmless. */
function opened(db: Connection, release: () => void, prepare: () => void): SqliteStores {
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    db.close();
    release();
  };
  try {
    prepare();
    return storesOver(db, close);
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Durability: the file is in WAL mode with `synchronous = NORMAL`. An acknowledged write has been handed to the
 * operating system, so kill -9 loses nothing. A power cut may lose the last writes since the latest checkpoint, in
 * order and without damage; those that must not be lost (endpoints, effects) wait for the disk: see Durability.
 */
function prepareForWriting(db: Connection): void {
  db.exec("PRAGMA auto_vacuum = INCREMENTAL"); // has to come before the first page is written
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`);
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY`);
  migrate(db);
}

/** Whether the write-ahead log holds anything; without, the file is complete by itself. */
const hasLog = (path: string): boolean => (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Reads a file whose disk has no room for what readers of a log share: nobody else may have it open. */
function connectAlone(path: string): Connection {
  const db = connect(path, path, false);
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = 1");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function openForReading(path: string): SqliteStores {
  if (!existsSync(path))
    throw new Unavailable(`there is no data file ${path}: start Vigie once, or name it with --data`);
  const open = (db: Connection): SqliteStores => opened(db, nothing, () => requireCurrent(db));
  try {
    return open(connect(path, path, true));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    if (hasLog(path)) return open(connectAlone(path));
    return open(connect(new URL(`${pathToFileURL(path).href}?immutable=1`), path, true));
  }
}

function openForWriting(path: string): SqliteStores {
  createPrivately(path);
  const real = realPath(path);
  const lock = lockForWriting(real, process.pid);
  try {
    const db = connect(real, real, false);
    return opened(db, lock.release, () => prepareForWriting(db));
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Opens all stores over one SQLite file, made and upgraded as needed; `:memory:` keeps everything in memory.
 * One process writes to a file; others may open it with `readOnly` meanwhile.
 * @throws StoreInUse, WrongSchema, DamagedStore (errors.ts) or Unavailable; each says what to do
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteStores {
  if (options.readOnly) return openForReading(realPath(path));
  if (path !== ":memory:") return openForWriting(path);
  const db = connect(path, path, false);
  return opened(db, nothing, () => prepareForWriting(db));
}
