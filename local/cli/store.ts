import { join, resolve } from "node:path";
import { openSqlite, type StorePorts } from "../../lib/adapters/sqlite/index.ts";
import type { CliIo } from "./io.ts";

/** The database inside a data directory. */
const DATABASE_NAME = "vigie.db";

/**
 * Lends the history to a reader and closes it again. It is opened read-only: `vigie start` may be writing.
 * @throws Unavailable when there is none
 */
export async function withHistory<T>(
  data: string,
  io: CliIo,
  use: (store: StorePorts) => Promise<T>,
): Promise<T> {
  const store = openSqlite(join(resolve(io.cwd, data), DATABASE_NAME), { readOnly: true });
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
