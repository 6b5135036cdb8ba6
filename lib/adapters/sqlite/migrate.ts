import type { Connection } from "./connection.ts";
import { WrongSchema } from "./errors.ts";
import { APPLICATION_ID, migrations } from "./schema.ts";

const isEmpty = (db: Connection): boolean =>
  db.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;

function refuseForeign(db: Connection): void {
  const owner = Number(db.pragma("application_id"));
  if (owner === APPLICATION_ID || isEmpty(db)) return;
  throw new WrongSchema(`${db.path} is a database, but not one of Vigie's: give another file with --data`);
}

function refuseNewer(db: Connection, found: number, known: number): void {
  if (found <= known) return;
  throw new WrongSchema(
    `the data file ${db.path} has schema ${found}, this version of Vigie knows ${known} at most: ` +
      "install the version that wrote it, or a newer one",
  );
}

/**
 * Brings a data file to the newest schema, one transaction per version: whoever is interrupted goes on there.
 * @param known the schema versions there are, oldest first (in production all of schema.ts)
 * @throws WrongSchema when the file is not ours or of a newer version; nothing is changed then
 */
export function migrate(db: Connection, known: readonly string[] = migrations): void {
  refuseForeign(db);
  const found = Number(db.pragma("user_version"));
  refuseNewer(db, found, known.length);
  for (const [i, sql] of known.entries()) {
    if (i < found) continue;
    db.write(() => {
      db.exec(sql);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${i + 1}`);
    }, "power");
  }
}

/**
 * Makes sure that a file can be read as it is.
 * @throws WrongSchema when it is not ours, newer, or older: a reader can't upgrade it
 */
export function requireCurrent(db: Connection): void {
  refuseForeign(db);
  const found = Number(db.pragma("user_version"));
  refuseNewer(db, found, migrations.length);
  if (found === migrations.length) return;
  throw new WrongSchema(
    `the data file ${db.path} has the older schema ${found}: start Vigie on it once, that upgrades it`,
  );
}
