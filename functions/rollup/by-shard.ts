import { DEFAULT_APDEX_TARGET_MS } from "../../lib/core/apdex/apdex.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { BUCKET_MS } from "../../lib/core/history/bucket.ts";
import { nameOf } from "../../lib/core/history/roll.ts";
import { inParallel } from "../../lib/core/parallel.ts";
import type {
  EndpointStore,
  ShardMembers,
  ShardRegion,
  ShardTicks,
  StoredEndpoint,
  TickLog,
} from "../../lib/core/ports.ts";
import type { HourSource, ScopeSource } from "./handle.ts";

export interface ShardSourceDeps {
  endpoints: Pick<EndpointStore, "getMany"> & Pick<ShardMembers, "members">;
  ticks: ShardTicks & Pick<TickLog, "records">;
}

const HOUR = BUCKET_MS.hour;
/** Probes may hold a list for minutes after somebody moved. */
const MOVE_SLACK_MS = 10 * 60_000;
const GATHERED_AT_ONCE = 5;
/** 45,000 records of a shard that is checked every ten seconds. */
const SLICE_MS = 15 * 60_000;

/** Where the records of an endpoint count that were found in a shard: here, together with those of other shards, or there. */
type Belonging = "here" | "scattered" | "elsewhere";

function belongingOf(found: StoredEndpoint | undefined, shard: string, start: number): Belonging {
  if (found === undefined) return "here"; // deleted: nobody else knows of it
  const stays = (found.movedFrom ?? []).filter(({ at }) => at + MOVE_SLACK_MS >= start);
  const shards = new Set(stays.map((stay) => stay.shard));
  if (found.shard !== undefined) shards.add(found.shard);
  if (shards.size === 0) return "here"; // paused so long ago that nothing tells where it was
  if (!shards.has(shard)) return "elsewhere"; // deleted, and another one of that name was made in another shard
  return shards.size === 1 ? "here" : "scattered";
}

/** What is known of those whose records were found, by name. */
type Known = Map<string, StoredEndpoint | undefined>;

const nameOfStored = ({ endpoint }: StoredEndpoint): string =>
  nameOf({ org: endpoint.org, endpointId: endpoint.id });

/**
 * A shard in a region at a time. An endpoint that moved has its hour in several shards: each of them that holds some of
 * it gathers all of it, so that whichever comes last writes the same bucket.
 */
export function byShard(deps: ShardSourceDeps): (place: ShardRegion) => Promise<ScopeSource> {
  return async (place) => {
    const members = await deps.endpoints.members(place.shard);
    const known: Known = new Map(members.map((member) => [nameOfStored(member), member]));
    return {
      endpoints: members.map(({ endpoint }) => endpoint),
      region: place.region,
      sliceMs: SLICE_MS,
      hour: (start) => hourOf(deps, place, known, start),
    };
  };
}

/** Looks up those that are not known yet: they were here, and are not any more. */
async function learn(deps: ShardSourceDeps, known: Known, records: readonly CheckRecord[]): Promise<void> {
  const unknown = new Map(
    records.filter((record) => !known.has(nameOf(record))).map((record) => [nameOf(record), record]),
  );
  for (const [org, group] of Map.groupBy(unknown.values(), (record) => record.org)) {
    const ids = group.map(({ endpointId }) => endpointId);
    const found = await deps.endpoints.getMany(org, ids);
    for (const endpointId of ids) known.set(nameOf({ org, endpointId }), found.get(endpointId));
  }
}

function hourOf(deps: ShardSourceDeps, place: ShardRegion, known: Known, start: number): HourSource {
  const { ticks } = deps;
  const scattered = new Map<string, CheckRecord>();

  function belongsHere(record: CheckRecord): boolean {
    const name = nameOf(record);
    const belonging = belongingOf(known.get(name), place.shard, start);
    if (belonging === "scattered") scattered.set(name, record);
    return belonging === "here";
  }

  return {
    async records(since, until) {
      const found = await ticks.ofShard(place, since, until);
      await learn(deps, known, found);
      return found.filter(belongsHere);
    },
    async scattered() {
      const found = await inParallel([...scattered.values()], GATHERED_AT_ONCE, ({ org, endpointId }) =>
        ticks.records(org, endpointId, start, start + HOUR - 1),
      );
      return found.flat().filter(({ region }) => region === place.region);
    },
    targetOf: (whose) => known.get(nameOf(whose))?.endpoint.apdexTargetMs ?? DEFAULT_APDEX_TARGET_MS,
  };
}
