import { DatabaseSync } from "node:sqlite";
import { resultCodeOf, StoreInUse, translated } from "./errors.ts";

const BUSY = 5;

/** Who holds the lock, as it wrote it down before it took it. */
function holderOf(lock: DatabaseSync): string {
  const row = lock.prepare("SELECT pid FROM holder").get();
  return typeof row?.["pid"] === "number" ? `process ${row["pid"]}` : "another process";
}

const inUse = (path: string, holder: string, cause: unknown): StoreInUse =>
  new StoreInUse(
    `the data file ${path} is in use by ${holder}: stop that one first, or give this one its own with --data`,
    { cause },
  );

/** A write transaction is a lock of the operating system's: it ends with the process, however that ends. */
function take(lock: DatabaseSync, pid: number): void {
  lock.exec("BEGIN IMMEDIATE");
  lock.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL)");
  lock.exec("DELETE FROM holder");
  lock.prepare("INSERT INTO holder VALUES (?)").run(pid);
  lock.exec("COMMIT"); // readable from now on; who gets in between wrote its own name and wins
  lock.exec("BEGIN IMMEDIATE");
}

/**
 * Makes this process the one writer of a data file until `release` is called or the process ends: a kill -9
 * leaves nothing to clean up, and process ids reused in containers deceive nobody. Readers need no lock.
 * @param path the data file; the lock lives beside it in `<path>-lock`
 * @throws StoreInUse naming the holder; Unavailable when the lock file can't be written
 */
export function lockForWriting(path: string, pid: number): { release(): void } {
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(`${path}-lock`);
    take(lock, pid);
  } catch (error) {
    const failed = resultCodeOf(error) === BUSY && lock !== null ? inUse(path, holderOf(lock), error) : error;
    lock?.close();
    throw translated(failed, path);
  }
  const held = lock;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}
