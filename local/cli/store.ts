import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openSqlite } from "../../lib/adapters/sqlite/open.ts";
import { UsageError } from "./errors.ts";
import type { CliIo } from "./io.ts";

/** The database inside a data directory. */
export const DATABASE_NAME = "vigie.db";

/**
 * Lends the history to a reader and closes it again. It is opened read-only: `vigie start` may be writing.
 * @throws UsageError when there is none
 */
export async function withHistory<T>(
  data: string,
  io: CliIo,
  use: (store: ReturnType<typeof openSqlite>) => Promise<T>,
): Promise<T> {
  const path = join(resolve(io.cwd, data), DATABASE_NAME);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (!there)
    throw new UsageError(
      `There is no history at ${path}: run \`vigie start\` first, or name its directory by --data.`,
    );
  const store = openSqlite(path, { readOnly: true });
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
