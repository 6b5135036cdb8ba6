import type { RegionOutcome } from "../../core/alert/state.ts";
import type { CheckRecord } from "../../core/check/record.ts";
import { inParallel } from "../../core/parallel.ts";
import type { ShardRegion, ShardTicks, TickLog } from "../../core/ports.ts";
import type { Placement } from "./placement.ts";
import { allOf, type Table } from "./table.ts";
import { firstOfEach, partitionOf, rangeOf, recordsIn } from "./tick-item.ts";
import { makeTickWrites } from "./tick-writes.ts";

export interface TickOptions {
  placement: Placement;
  /** Every region that checks. */
  regions: readonly string[];
  /** How long a tick is kept, ms. */
  retentionMs: number;
}

type IsWanted = (org: string, endpointId: string) => boolean;

const QUERIES_AT_ONCE = 20;

/** A record as the alert rule sees it: phase timings only where it failed. */
function regionOutcomeOf(record: CheckRecord): RegionOutcome {
  const { region, scheduledAt, outcome, totalMs, invalid } = record;
  const { dnsMs, connectMs, tlsMs, firstByteMs, transferMs } = record;
  return {
    region,
    scheduledAt,
    outcome,
    totalMs,
    ...(outcome === "ok" ? {} : { timings: { dnsMs, connectMs, tlsMs, firstByteMs, transferMs } }),
    ...(invalid === undefined ? {} : { invalid }),
  };
}

const byTime = (a: CheckRecord, b: CheckRecord): number =>
  a.scheduledAt - b.scheduledAt || (a.region < b.region ? -1 : Number(a.region > b.region));

/**
 * The tick log in the table `ticks`: `<shard>#<region>`, `<scheduledAt>#<lane>#<part>`, each item a compressed blob of all
 * that a lane's invocation found by then. Reads may lag by a second: what was posted comes with its outcomes, and all
 * else is read again within a minute.
 */
export function makeTicks(
  ticks: Table,
  { placement, regions, retentionMs }: TickOptions,
): TickLog & ShardTicks {
  async function read(place: ShardRegion, since: number, until: number, isWanted?: IsWanted) {
    const [low, high] = rangeOf(since, until);
    const partition = ["pk", partitionOf(place)] as const;
    const items = await allOf(ticks, { partition, between: ["sk", low, high] });
    return items.flatMap((item) => recordsIn(item, place.region, isWanted));
  }

  /** In the order of the shards named: what several of them hold, the first has the say on. */
  async function readShards(shards: readonly string[], since: number, until: number, isWanted: IsWanted) {
    const places = shards.flatMap((shard) => regions.map((region) => ({ shard, region })));
    const found = await inParallel(places, QUERIES_AT_ONCE, (place) => read(place, since, until, isWanted));
    return firstOfEach(found.flat()).sort(byTime);
  }

  async function recordsOf(org: string, ids: readonly string[], since: number, until: number) {
    const placed = await placement.shardsOf(org, ids, since);
    const wanted = new Set(ids);
    const shards = [...new Set([...placed.values()].flat())];
    return readShards(shards, since, until, (of, id) => of === org && wanted.has(id));
  }

  return {
    append: makeTickWrites(ticks, retentionMs),

    async outcomes(org, endpointIds, since, until) {
      if (endpointIds.length === 0) return new Map();
      const records = await recordsOf(org, endpointIds, since, until);
      const groups = Map.groupBy(records, ({ endpointId }) => endpointId);
      return new Map(endpointIds.map((id) => [id, (groups.get(id) ?? []).map(regionOutcomeOf)]));
    },

    records: (org, endpointId, since, until) => recordsOf(org, [endpointId], since, until),

    async all(org, since, until) {
      const shards = await placement.shardsOfOrg(org);
      return readShards(shards, since, until, (of) => of === org);
    },

    ofShard: (place, since, until) => read(place, since, until),
  };
}
