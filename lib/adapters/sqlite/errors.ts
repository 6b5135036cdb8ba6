import { Unavailable, VigieError } from "../../core/errors.ts";

/** The data file can't be read as what it should be; it stays as it is until a person acts. */
export class DamagedStore extends VigieError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("damaged_store", message, options);
  }
}

/** Another process writes to the data file: there is one writer only. */
export class StoreInUse extends VigieError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("store_in_use", message, options);
  }
}

/** The data file's schema is not one that this version of Vigie can work with. */
export class WrongSchema extends VigieError {
  constructor(message: string) {
    super("wrong_schema", message);
  }
}

/** Primary result codes (https://www.sqlite.org/rescode.html) of a store that may work again later. */
const advice = new Map<number, string>([
  [5, "is locked by another process: close whatever has it open (a backup tool, a database browser)"],
  [6, "is locked by another statement of this process: try again"],
  [7, "needs more memory than the process was given"],
  [8, "is read-only: make the file, its folder and the file system writable for the user Vigie runs as"],
  [10, "can't be read or written (input/output error): check the disk and its mount"],
  [13, "can't grow because the disk is full: free some space, or shorten `retention`"],
  [14, "can't be opened: check that its folder exists and that the user Vigie runs as may write there"],
]);

const DAMAGED = new Set([11, 26]);

/** SQLite's primary result code of an error, or null when it is not one of SQLite's. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return null;
  return error.errcode & 0xff;
}

export const damaged = (path: string, cause: unknown): DamagedStore =>
  new DamagedStore(
    `the data file ${path} is damaged or not a database: stop Vigie, move it and its -wal and -shm files away, ` +
      "put a backup in their place or start without (a new file is made), and keep the old one for `sqlite3 .recover`",
    { cause },
  );

/**
 * SQLite's errors in core's words: out of reach for now is Unavailable with advice, a broken file DamagedStore.
 * Everything else, bugs of ours included, passes through unchanged.
 */
export function translated(error: unknown, path: string): unknown {
  const code = resultCodeOf(error);
  if (code === null) return error;
  if (DAMAGED.has(code)) return damaged(path, error);
  const what = advice.get(code);
  return what === undefined ? error : new Unavailable(`the data file ${path} ${what}`, { cause: error });
}
