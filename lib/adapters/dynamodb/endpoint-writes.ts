import type { Endpoint } from "../../core/endpoint/endpoint.ts";
import { Conflict } from "../../core/errors.ts";
import type { Clock, EndpointStore, Origin, ShardStay } from "../../core/ports.ts";
import { attributesOf, endpointKey, movedFromOf, storedFrom } from "./endpoint-item.ts";
import { ABSENT, type Expression, setting } from "./expression.ts";
import { type Item, number, numberOf } from "./item.ts";
import { makeShardNotes } from "./placement.ts";
import { kindOf, type Lease, type Shards, sameKind } from "./shards.ts";
import type { Table, Written } from "./table.ts";

/** Shards an endpoint remembers having been in: whoever moves more often than that loses the view of its oldest ticks. */
const MOST_STAYS = 20;

export interface WriteOptions {
  clock: Pick<Clock, "now">;
  /** How long ticks are kept, in ms: so long an endpoint remembers in which shards it was. */
  ticksKeptMs: number;
}

const changedMeanwhile = (org: string, id: string): Conflict =>
  new Conflict(
    `endpoint ${id} of ${org} is not at the version named: read it again and apply the change to that`,
  );

const atVersion = (expected: number | null): Expression =>
  expected === null ? ABSENT : { text: "version = :expected", values: { ":expected": number(expected) } };

const shardIn = (item: Item | null): string | null => item?.["shard"]?.S ?? null;

/** What was touched for a write, and what becomes of it afterwards. */
interface Prepared {
  shard: string | null;
  /** The shard it leaves. */
  left: string | null;
  leases: Lease[];
  /** Given back once the write is done; */
  from: Lease | null;
  /** or when it was refused. */
  taken: Lease | null;
}

/**
 * Writes endpoints. Without a transaction the order of writes is what keeps shards right: shards that change are touched,
 * and a place in a new one is taken, *before* the endpoint is written by one conditional write, which moves it from
 * shard to shard; the place in the old one is given back afterwards. A crash anywhere leaves at most a place taken,
 * which `recount` finds.
 */
export function makeEndpointWrites(
  config: Table,
  shards: Shards,
  { clock, ticksKeptMs }: WriteOptions,
): Pick<EndpointStore, "put" | "remove"> {
  const notes = makeShardNotes(config);
  const read = (org: string, id: string): Promise<Item | null> => config.get(endpointKey(org, id));

  async function readAt(org: string, id: string, expected: number): Promise<Item> {
    const item = await read(org, id);
    if (item === null || numberOf(item, "version") !== expected) throw changedMeanwhile(org, id);
    return item;
  }

  /** A version that no endpoint of the organization ever had, also none that is gone. */
  async function nextVersion(org: string): Promise<number> {
    const one = { ":one": number(1) };
    const counted = await config.update(
      { pk: `V#${org}`, sk: "-" },
      setting({}, { text: "n = if_not_exists(n, :zero) + :one", values: { ...one, ":zero": number(0) } }),
    );
    if (typeof counted === "string") throw changedMeanwhile(org, "-"); // without a condition none fails
    return numberOf(counted, "n");
  }

  function staysAfter(item: Item | null, { left, shard: entered }: Prepared): ShardStay[] {
    const now = clock.now();
    const before = item === null ? [] : movedFromOf(item);
    const kept = before.filter(
      ({ shard, at }) => now - at <= ticksKeptMs && shard !== left && shard !== entered,
    );
    return [...kept, ...(left === null ? [] : [{ shard: left, at: now }])].slice(-MOST_STAYS);
  }

  /** Touches the shard an endpoint is in, and takes a place in another where it can't stay there. */
  async function prepare(item: Item | null, endpoint: Endpoint): Promise<Prepared> {
    const old = shardIn(item);
    const from = old === null ? null : await shards.touch(old);
    const kind = kindOf(endpoint);
    const before = item === null ? null : kindOf(storedFrom(item).endpoint);
    if (from !== null && kind !== null && before !== null && sameKind(kind, before))
      return { shard: from.shard, left: null, leases: [from], from: null, taken: null };
    const taken = kind === null ? null : await shards.reserve(kind);
    if (taken !== null) await notes.add(endpoint.org, taken.shard);
    const leases = [from, taken].filter((lease) => lease !== null);
    return { shard: taken?.shard ?? null, left: old, leases, from, taken };
  }

  /** Whether the write is done. One that is unclear was ours if the version is: nobody else ever has it. */
  async function isDone(written: Written, { org, id }: Endpoint, version: number): Promise<boolean> {
    if (written !== "unclear") return written === "written";
    const item = await read(org, id);
    return item !== null && numberOf(item, "version") === version;
  }

  async function put(endpoint: Endpoint, origin: Origin, expected: number | null): Promise<number> {
    const { org, id } = endpoint;
    const item = expected === null ? null : await readAt(org, id, expected);
    attributesOf(endpoint, origin, 0, { shard: null, movedFrom: [] }); // refuses one too large before anything changes
    const version = await nextVersion(org);
    const prepared = await prepare(item, endpoint);
    const { shard, leases, from, taken } = prepared;
    shards.requireInTime(leases);
    const place = { shard, movedFrom: staysAfter(item, prepared) };
    const change = setting(attributesOf(endpoint, origin, version, place));
    const answer = await config.update(endpointKey(org, id), change, atVersion(expected));
    const written = typeof answer === "string" ? answer : "written";
    if (await isDone(written, endpoint, version)) {
      if (from !== null) await shards.release(from);
      return version;
    }
    if (written === "refused" && taken !== null) await shards.release(taken);
    throw changedMeanwhile(org, id);
  }

  async function remove(org: string, id: string, expected: number): Promise<void> {
    const shard = shardIn(await readAt(org, id, expected));
    const lease = shard === null ? null : await shards.touch(shard);
    shards.requireInTime(lease === null ? [] : [lease]);
    const written = await config.remove(endpointKey(org, id), atVersion(expected));
    if (written === "refused") throw changedMeanwhile(org, id);
    if (written === "written" && lease !== null) await shards.release(lease);
    if (written === "unclear" && (await read(org, id)) !== null) throw changedMeanwhile(org, id);
  }

  return { put, remove };
}
