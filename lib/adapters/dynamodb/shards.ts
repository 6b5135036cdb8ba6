import { hash32, SHARD_SIZE } from "../../core/check/schedule.ts";
import type { Endpoint } from "../../core/endpoint/endpoint.ts";
import { Unavailable } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";
import { ABSENT, type Expression, setting } from "./expression.ts";
import { flag, flagOf, type Item, type Key, number, numberOf, textOf, texts, textsOf } from "./item.ts";
import { itemOf } from "./schema.ts";
import { allOf, type Table } from "./table.ts";

/**
 * How long after its shard was touched an endpoint may still be written, and a place given back: whoever is later
 * gives up and leaves the place taken. Longer than any call of the client lasts (DYNAMODB_PATIENCE).
 */
export const LEASE_MS = 60_000;

/**
 * How long after its last touch a shard is unsettled: its list may still change (LEASE_MS), or the index lag. Until
 * then its version changes every minute, and it is not recounted.
 */
export const SETTLE_MS = 120_000;

/** What endpoints of one shard have in common. */
export interface ShardKind {
  rounds: boolean;
  /** Sorted; null: all regions. */
  regions: readonly string[] | null;
}

/** A shard as it stands in the directory. */
export interface ShardRow extends ShardKind {
  id: string;
  /** Places taken: never fewer than endpoints in it, more only where a crash left one taken. */
  count: number;
  /** Grows with every touch. */
  version: number;
  changedAt: number;
}

/** A shard that was touched, and when: what LEASE_MS counts from. */
export interface Lease {
  shard: string;
  at: number;
}

const MINUTE = 60_000;
const DIRECTORY = "SHARDS";
const MOST_ATTEMPTS = 20;
/** Giving a place back competes with every other change of the shard; a place that stays taken is recounted later. */
const RELEASE_ATTEMPTS = 6;

/** Where a shard stands in the directory. */
export const shardKey = (id: string): Key => ({ pk: DIRECTORY, sk: id });

/** The kind of shard an endpoint belongs into; null while it is paused. */
export const kindOf = ({ enabled, intervalMs, regions }: Endpoint): ShardKind | null =>
  enabled
    ? { rounds: intervalMs < MINUTE, regions: regions === undefined ? null : regions.toSorted() }
    : null;

export const sameKind = (a: ShardKind, b: ShardKind): boolean =>
  a.rounds === b.rounds && JSON.stringify(a.regions) === JSON.stringify(b.regions);

function rowFrom(item: Item): ShardRow {
  const regions = textsOf(item, "regions");
  return {
    id: textOf(item, "sk"),
    count: numberOf(item, "count"),
    version: numberOf(item, "version"),
    changedAt: numberOf(item, "changedAt"),
    rounds: flagOf(item, "rounds"),
    regions: regions.length === 0 ? null : regions.toSorted(),
  };
}

/** `minutes-1`, `rounds-1`; with the hash of their names where there are only some regions, `minutes.1a2b3c4d-1`. */
function nextId({ rounds, regions }: ShardKind, rows: readonly ShardRow[]): string {
  const some = regions === null ? "" : `.${hash32(regions.join()).toString(16).padStart(8, "0")}`;
  const prefix = `${rounds ? "rounds" : "minutes"}${some}-`;
  const numbers = rows.flatMap(({ id }) => (id.startsWith(prefix) ? [Number(id.slice(prefix.length))] : []));
  return `${prefix}${Math.max(0, ...numbers) + 1}`;
}

/** The fullest first: shards stay dense, and holes are filled. */
const withRoom = (rows: readonly ShardRow[], kind: ShardKind, size: number): ShardRow[] =>
  rows
    .filter((row) => row.count < size && sameKind(row, kind))
    .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));

export interface ShardOptions {
  clock: Pick<Clock, "now">;
  /** Most endpoints in a shard. */
  size?: number;
}

/**
 * The directory of shards in the table `config`: `SHARDS`, `<id>`. Nothing here needs a transaction: a place is taken
 * before an endpoint is written and given back only when it surely is not used. So a crash, or an answer that got lost,
 * may leave a place taken, which `recount` finds; it never lets a shard grow over its size.
 */
export function makeShards(config: Table, { clock, size = SHARD_SIZE }: ShardOptions) {
  const touching = (at: number, also: string, condition: Expression) =>
    [
      setting(
        { changedAt: number(at) },
        { text: `version = version + :one${also}`, values: { ":one": number(1) } },
      ),
      condition,
    ] as const;

  const read = async (consistent: boolean): Promise<ShardRow[]> =>
    (await allOf(config, { partition: ["pk", DIRECTORY], consistent })).map(rowFrom);

  async function get(id: string): Promise<ShardRow | null> {
    const item = await config.get(shardKey(id));
    return item === null ? null : rowFrom(item);
  }

  /** Says that the list changes; null where there is no such shard. */
  async function touch(id: string): Promise<Lease | null> {
    const at = clock.now();
    const touched = await config.update(shardKey(id), ...touching(at, "", { text: "attribute_exists(pk)" }));
    return typeof touched === "string" ? null : { shard: id, at };
  }

  async function reserveIn(id: string): Promise<Lease | null> {
    const at = clock.now();
    const room = { text: "#count < :size", values: { ":size": number(size) }, names: { "#count": "count" } };
    const taken = await config.update(shardKey(id), ...touching(at, ", #count = #count + :one", room));
    return typeof taken === "string" ? null : { shard: id, at };
  }

  async function create(id: string, { rounds, regions }: ShardKind): Promise<Lease | null> {
    const at = clock.now();
    const attributes = { count: number(1), version: number(1), changedAt: number(at), rounds: flag(rounds) };
    const some = regions === null ? {} : { regions: texts(regions) };
    const written = await config.put(itemOf(shardKey(id), { ...attributes, ...some }), ABSENT);
    return written === "written" ? { shard: id, at } : null;
  }

  /** Takes a place in a shard of the kind: the fullest that has room, or a new one. */
  async function reserve(kind: ShardKind): Promise<Lease> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const rows = await read(attempt > 0); // a directory that lags costs a second try
      for (const { id } of withRoom(rows, kind, size)) {
        const lease = await reserveIn(id);
        if (lease !== null) return lease;
      }
      const lease = withRoom(rows, kind, size).length > 0 ? null : await create(nextId(kind, rows), kind);
      if (lease !== null) return lease;
    }
    throw new Unavailable("The shards kept changing while an endpoint was to be placed: repeat the change.");
  }

  const isLate = ({ at }: Lease): boolean => clock.now() - at > LEASE_MS;

  return {
    read,
    get,
    touch,
    reserve,

    /** Refuses to go on with what was touched too long ago. */
    requireInTime(leases: readonly Lease[]): void {
      if (leases.some(isLate)) throw new Unavailable("The change took too long and was not made: repeat it.");
    },

    /**
     * Gives a place back that is surely not used any more. Conditional on the shard's version: a second try of the SDK,
     * whose first was answered by nobody, can't give back two.
     */
    async release(lease: Lease): Promise<void> {
      for (let attempt = 0; attempt < RELEASE_ATTEMPTS && !isLate(lease); attempt++) {
        const row = await get(lease.shard);
        if (row === null || row.count === 0 || isLate(lease)) return;
        const seen = { text: "version = :seen", values: { ":seen": number(row.version) } };
        const change = touching(clock.now(), ", #count = #count - :one", {
          ...seen,
          names: { "#count": "count" },
        });
        if ((await config.update(shardKey(lease.shard), ...change)) !== "refused") return;
      }
    },

    /**
     * Sets the count to the number of members, once nobody can be half-way through a change: the shard has settled, and
     * was not touched while they were counted. Whoever is about to give a place back, and was late, finds another version.
     */
    async recount(id: string, members: () => Promise<number>): Promise<void> {
      const row = await get(id);
      if (row === null || clock.now() - row.changedAt <= SETTLE_MS) return;
      const count = await members();
      if (count === row.count) return;
      const change = setting(
        { count: number(count) },
        { text: "version = version + :one", values: { ":one": number(1) } },
      );
      await config.update(shardKey(id), change, {
        text: "version = :seen AND changedAt = :at",
        values: { ":seen": number(row.version), ":at": number(row.changedAt) },
      });
    },
  };
}

export type Shards = ReturnType<typeof makeShards>;

/** What readers hold against the version of the list they have: while it is unsettled, another every minute. */
export const listVersionOf = ({ version, changedAt }: ShardRow, now: number): string =>
  now - changedAt <= SETTLE_MS ? `${version}.${Math.floor(now / MINUTE)}` : String(version);
