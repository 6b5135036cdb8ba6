import { number, text } from "./column.ts";
import type { Connection } from "./connection.ts";
import { DamagedStore } from "./errors.ts";

/** Small numbers in place of names that stand in millions of rows. `add…` needs a transaction around it. */
export interface Dictionary {
  endpoint(org: string, id: string): number | undefined;
  addEndpoint(org: string, id: string): number;
  /** Every endpoint of an organization that ever had a row, ordered by id. */
  endpointsOf(org: string): { key: number; id: string }[];
  /** Forgets what it remembers of an endpoint whose key was deleted. */
  forgetEndpoint(org: string, id: string): void;
  word(key: number): string;
  addWord(word: string): number;
}

function endpointKeys(db: Connection) {
  const find = db.query("SELECT key FROM endpoint_keys WHERE org = ? AND id = ?");
  const add = db.query("INSERT INTO endpoint_keys (org, id) VALUES (?, ?) RETURNING key");
  const list = db.query("SELECT key, id FROM endpoint_keys WHERE org = ? ORDER BY id");
  const known = new Map<string, Map<string, number>>();
  db.onRollback(() => known.clear());

  function remember(org: string, id: string, key: number): number {
    const ids = known.get(org) ?? new Map<string, number>();
    known.set(org, ids.set(id, key));
    return key;
  }

  function endpoint(org: string, id: string): number | undefined {
    const key = known.get(org)?.get(id);
    if (key !== undefined) return key;
    const row = find.get(org, id);
    return row && remember(org, id, number(row[0]));
  }

  return {
    endpoint,
    addEndpoint: (org: string, id: string): number =>
      endpoint(org, id) ?? remember(org, id, number(add.get(org, id)?.[0])),
    endpointsOf: (org: string) => list.all(org).map(([key, id]) => ({ key: number(key), id: text(id) })),
    forgetEndpoint: (org: string, id: string): void => void known.get(org)?.delete(id),
  };
}

function words(db: Connection) {
  const find = db.query("SELECT key FROM words WHERE word = ?");
  const read = db.query("SELECT word FROM words WHERE key = ?");
  const add = db.query("INSERT INTO words (word) VALUES (?) RETURNING key");
  const keys = new Map<string, number>();
  const spelled = new Map<number, string>();
  db.onRollback(() => {
    keys.clear();
    spelled.clear();
  });

  function word(key: number): string {
    const known = spelled.get(key);
    if (known !== undefined) return known;
    const row = read.get(key);
    if (row === undefined)
      throw new DamagedStore(`the data file lacks word ${key}: restore it from a backup`);
    spelled.set(key, text(row[0]));
    return text(row[0]);
  }

  function addWord(wanted: string): number {
    const known = keys.get(wanted);
    if (known !== undefined) return known;
    const key = number((find.get(wanted) ?? add.get(wanted))?.[0]);
    keys.set(wanted, key);
    return key;
  }

  return { word, addWord };
}

export const makeDictionary = (db: Connection): Dictionary => ({ ...endpointKeys(db), ...words(db) });
