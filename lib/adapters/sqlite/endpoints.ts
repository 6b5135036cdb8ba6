import { isDeepStrictEqual } from "node:util";
import type { Endpoint } from "../../core/endpoint/endpoint.ts";
import { Conflict } from "../../core/errors.ts";
import type {
  DeclaredEndpoints,
  EndpointChanges,
  EndpointStore,
  Origin,
  StoredEndpoint,
} from "../../core/ports.ts";
import { document, number, text } from "./column.ts";
import type { Connection, Row } from "./connection.ts";
import { inRounds, membersOf, type ShardEntry, shardsOf } from "./shards.ts";

const storedFrom = (row: Row): StoredEndpoint => ({
  version: number(row[0]),
  origin: text(row[1]) === "file" ? "file" : "api",
  endpoint: document<Endpoint>(row[2]),
});

const entryFrom = (row: Row): ShardEntry => ({
  org: text(row[0]),
  id: text(row[1]),
  version: number(row[2]),
  rounds: number(row[3]) === 1,
});

const keyOf = ({ org, id }: Pick<Endpoint, "org" | "id">): string => `${org}\n${id}`;

function endpointTable(db: Connection) {
  const columns = "version, origin, body";
  const one = db.query(`SELECT ${columns} FROM endpoints WHERE org = ? AND id = ?`);
  const ofOrg = db.query(`SELECT ${columns} FROM endpoints WHERE org = ? ORDER BY id`);
  const ofOrigin = db.query(`SELECT ${columns} FROM endpoints WHERE origin = ? ORDER BY org, id`);
  const enabled = db.query("SELECT org, id, version, rounds FROM endpoints WHERE enabled = 1");
  const upsert = db.query(
    `INSERT OR REPLACE INTO endpoints (org, id, schema, origin, version, enabled, rounds, body)
     VALUES (?, ?, 1, ?, ?, ?, ?, ?)`,
  );
  const drop = db.query("DELETE FROM endpoints WHERE org = ? AND id = ?");
  const count = db.query(
    `INSERT INTO counters VALUES ('endpoints', 1)
     ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value`,
  );
  return {
    get(org: string, id: string): StoredEndpoint | null {
      const row = one.get(org, id);
      return row === undefined ? null : storedFrom(row);
    },
    ofOrg: (org: string) => ofOrg.all(org).map(storedFrom),
    ofOrigin: (origin: Origin) => ofOrigin.all(origin).map(storedFrom),
    enabled: () => enabled.all().map(entryFrom),
    set(endpoint: Endpoint, origin: Origin, version: number): void {
      const flags = [Number(endpoint.enabled), Number(inRounds(endpoint))];
      upsert.run(endpoint.org, endpoint.id, origin, version, ...flags, JSON.stringify(endpoint));
    },
    drop: (org: string, id: string) => drop.run(org, id),
    /** A version no endpoint ever had. */
    nextVersion: (): number => number(count.get()?.[0]),
  };
}

type EndpointTable = ReturnType<typeof endpointTable>;

const changedMeanwhile = (org: string, id: string): Conflict =>
  new Conflict(
    `endpoint ${id} of ${org} is not at the version named: read it again and apply the change to that`,
  );

/** Refuses a list that names an id twice, or one that belongs to another origin. */
function refuseClashes(table: EndpointTable, origin: Origin, endpoints: readonly Endpoint[]): void {
  const seen = new Set<string>();
  for (const endpoint of endpoints) {
    const key = keyOf(endpoint);
    const owner = table.get(endpoint.org, endpoint.id)?.origin ?? origin;
    if (seen.has(key)) throw new Conflict(`endpoint id ${endpoint.id} is used twice: ids have to differ`);
    if (owner !== origin) {
      const other = owner === "api" ? "made by the API" : "declared in the configuration file";
      throw new Conflict(`endpoint id ${endpoint.id} is taken by one ${other}: rename one or delete that`);
    }
    seen.add(key);
  }
}

/** What turns `before` into `after`. Both are in their stored form, so that equal ones compare equal. */
export function changesBetween(before: readonly Endpoint[], after: readonly Endpoint[]): EndpointChanges {
  const old = new Map(before.map((endpoint) => [keyOf(endpoint), endpoint]));
  const kept = new Set(after.map(keyOf));
  const changes: EndpointChanges = {
    added: [],
    changed: [],
    removed: before.filter((endpoint) => !kept.has(keyOf(endpoint))),
  };
  for (const endpoint of after) {
    const previous = old.get(keyOf(endpoint));
    if (previous === undefined) changes.added.push(endpoint);
    else if (!isDeepStrictEqual(previous, endpoint))
      changes.changed.push({ before: previous, after: endpoint });
  }
  return changes;
}

const storedForm = (endpoint: Endpoint): Endpoint => JSON.parse(JSON.stringify(endpoint)) as Endpoint; // same JSON

function replaceAll(table: EndpointTable, origin: Origin, endpoints: readonly Endpoint[]): EndpointChanges {
  refuseClashes(table, origin, endpoints);
  const before = table.ofOrigin(origin).map(({ endpoint }) => endpoint);
  const changes = changesBetween(before, endpoints.map(storedForm));
  const { added, changed, removed } = changes;
  if (added.length + changed.length + removed.length === 0) return changes;
  const version = table.nextVersion();
  for (const { org, id } of removed) table.drop(org, id);
  for (const endpoint of [...added, ...changed.map(({ after }) => after)])
    table.set(endpoint, origin, version);
  return changes;
}

/** Endpoints that the API or a file may have made. */
export type LocalEndpoints = EndpointStore & DeclaredEndpoints;

/** Endpoints in SQLite. Versions come from one counter, so none ever comes back. Writes survive a power cut. */
export function makeEndpoints(db: Connection): LocalEndpoints {
  const table = endpointTable(db);

  function requireVersion(org: string, id: string, expected: number | null): void {
    const version = table.get(org, id)?.version ?? null;
    if (version !== expected) throw changedMeanwhile(org, id);
  }

  return {
    shards: async () => db.read(() => shardsOf(table.enabled())),

    shard: async (id) =>
      db.read(() =>
        membersOf(table.enabled(), id).flatMap((entry) => table.get(entry.org, entry.id)?.endpoint ?? []),
      ),

    get: async (org, id) => db.read(() => table.get(org, id)),

    getMany: async (org, ids) =>
      db.read(
        () =>
          new Map(
            ids.flatMap((id) => {
              const stored = table.get(org, id);
              return stored === null ? [] : [[id, stored] as const];
            }),
          ),
      ),

    list: async (org) => db.read(() => table.ofOrg(org)),

    put: async (endpoint, origin, expected) =>
      db.write(() => {
        requireVersion(endpoint.org, endpoint.id, expected);
        const version = table.nextVersion();
        table.set(endpoint, origin, version);
        return version;
      }, "power"),

    async remove(org, id, expected) {
      db.write(() => {
        requireVersion(org, id, expected);
        table.drop(org, id);
      }, "power");
    },

    replaceAll: async (origin, endpoints) => db.write(() => replaceAll(table, origin, endpoints), "power"),
  };
}
