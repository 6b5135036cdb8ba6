import { byShard } from "../../../functions/rollup/by-shard.ts";
import { makeHandle, type RollupLimits } from "../../../functions/rollup/handle.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import type { Bucket } from "../../../lib/core/history/bucket.ts";
import type {
  History,
  RollupMarks,
  ShardRegion,
  ShardStay,
  StoredEndpoint,
} from "../../../lib/core/ports.ts";

/** A record and the shard in whose ticks it stands. */
export interface Placed {
  shard: string;
  record: CheckRecord;
}

/** An endpoint by the shards it was in; the last without an end is the one it is in now. */
export interface Settled {
  endpoint: Endpoint;
  shard?: string;
  movedFrom?: readonly ShardStay[];
}

const nameOf = ({ shard, region }: ShardRegion): string => `${shard} ${region}`;
const bucketName = ({ org, endpointId, region, size, start }: Bucket): string =>
  [org, endpointId, region, size, start].join(" ");

/** Shards, their ticks and marks in memory, and the rollup on them. Who is where may change. */
export function shardWorld(
  settled: readonly Settled[] | (() => readonly Settled[]),
  placed: readonly Placed[],
) {
  const stored = () =>
    (typeof settled === "function" ? settled() : settled).map(
      (one): StoredEndpoint => ({ ...one, origin: "api", version: 1 }),
    );
  const marks = new Map<string, number>();
  const buckets = new Map<string, Bucket>();
  const isWithin = ({ scheduledAt }: CheckRecord, since: number, until: number) =>
    since <= scheduledAt && scheduledAt <= until;

  const history: Pick<History, "put" | "list"> = {
    put: async (more) => {
      for (const bucket of more) buckets.set(bucketName(bucket), bucket);
    },
    list: async (org, endpointId, size, since, until) =>
      [...buckets.values()]
        .filter((one) => one.org === org && one.endpointId === endpointId && one.size === size)
        .filter(({ start }) => since <= start && start < until)
        .sort((a, b) => a.start - b.start),
  };
  const rollupMarks: RollupMarks<ShardRegion> = {
    rolledUpTo: async (place) => marks.get(nameOf(place)) ?? null,
    markRolledUp: async (place, hour) => {
      marks.set(nameOf(place), Math.max(hour, marks.get(nameOf(place)) ?? 0));
    },
  };
  const open = byShard({
    endpoints: {
      members: async (shard) => stored().filter((one) => one.shard === shard),
      getMany: async (org, ids) =>
        new Map(
          stored()
            .filter(({ endpoint }) => endpoint.org === org && ids.includes(endpoint.id))
            .map((one) => [one.endpoint.id, one]),
        ),
    },
    ticks: {
      ofShard: async ({ shard, region }, since, until) =>
        placed
          .filter((one) => one.shard === shard && one.record.region === region)
          .map(({ record }) => record)
          .filter((record) => isWithin(record, since, until)),
      records: async (org, id, since, until) =>
        placed
          .map(({ record }) => record)
          .filter((record) => record.org === org && record.endpointId === id)
          .filter((record) => isWithin(record, since, until)),
    },
  });
  const rollup = (limits: Partial<RollupLimits> = {}) =>
    makeHandle({ open, marks: rollupMarks, history, clock: { sleep: async () => {} }, limits });
  return { buckets, marks: rollupMarks, rollup };
}
