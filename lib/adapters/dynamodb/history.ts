import { BUCKET_MS, type Bucket, bucketStart } from "../../core/history/bucket.ts";
import type { Clock, History, RollupMarks, ShardRegion } from "../../core/ports.ts";
import { setting } from "./expression.ts";
import { bytes, bytesOf, type Item, type Key, number, numberOf, padded, textOf } from "./item.ts";
import { pack, unpack } from "./pack.ts";
import type { Placement } from "./placement.ts";
import { itemOf } from "./schema.ts";
import { allOf, type Table } from "./table.ts";

export interface HistoryOptions {
  placement: Placement;
  clock: Pick<Clock, "now">;
  /** Every region that checks: one that does no more is not waited for. */
  regions: readonly string[];
  /** How long ticks are kept, ms: before that, a shard without a mark has nothing. */
  tickRetentionMs: number;
}

const MARKS = "R";

const partitionOf = ({ org, endpointId, size }: Pick<Bucket, "org" | "endpointId" | "size">): string =>
  `H#${org}/${endpointId}#${size}`;

const bucketKey = (bucket: Bucket): Key => ({
  pk: partitionOf(bucket),
  sk: `${padded(bucket.start)}#${bucket.region}`,
});

const markKey = ({ shard, region }: ShardRegion): Key => ({ pk: MARKS, sk: `${shard}#${region}` });

/** Whose mark it is: regions hold no `#`. */
function placeOfMark(item: Item): ShardRegion {
  const sk = textOf(item, "sk");
  const end = sk.lastIndexOf("#");
  return { shard: sk.slice(0, end), region: sk.slice(end + 1) };
}

/**
 * Hour and day buckets in the table `history`: `H#<org>/<endpoint>#<size>`, `<start>#<region>`; compressed, an hour of a
 * minute's checks fits into one write unit. Beside them `R`, `<shard>#<region>`: the latest hour that is rolled up.
 */
export function makeHistory(history: Table, options: HistoryOptions): History & RollupMarks<ShardRegion> {
  const { placement, clock, regions, tickRetentionMs } = options;
  const ticksBegin = (): number => bucketStart("hour", clock.now() - tickRetentionMs);

  /** Marks of these shards, by region. */
  async function marksOf(shards: ReadonlySet<string>): Promise<Map<string, Map<string, number>>> {
    const [only] = shards.size === 1 ? shards : [];
    const some = only === undefined ? {} : { beginsWith: ["sk", `${only}#`] as const };
    const found = new Map([...shards].map((shard) => [shard, new Map<string, number>()]));
    for (const item of await allOf(history, { partition: ["pk", MARKS], ...some })) {
      const { shard, region } = placeOfMark(item);
      found.get(shard)?.set(region, numberOf(item, "hour"));
    }
    return found;
  }

  /** Marks of a shard in each region that checks it; null where there is none yet. */
  async function marksIn(shard: string, found: ReadonlyMap<string, number>): Promise<(number | null)[]> {
    const isWhole = regions.every((region) => found.has(region));
    const chosen = isWhole ? null : await placement.regionsOf(shard);
    const some = regions.filter((region) => chosen === null || chosen.includes(region));
    return (some.length > 0 ? some : regions).map((region) => found.get(region) ?? null);
  }

  /** What is in no shard any more has been rolled up, if anything ever was. */
  async function anyMark(): Promise<boolean> {
    for await (const page of history.query({ partition: ["pk", MARKS], pageSize: 1 })) return page.length > 0;
    return false;
  }

  async function shardsOf(org: string, endpointId: string | undefined): Promise<Set<string>> {
    if (endpointId === undefined) return new Set(await placement.shardsOfOrg(org));
    const found = await placement.shardsOf(org, [endpointId], ticksBegin());
    return new Set(found.get(endpointId) ?? []);
  }

  async function endpointRolledUpTo(org: string, endpointId?: string): Promise<number | null> {
    const shards = await shardsOf(org, endpointId);
    if (shards.size === 0)
      return (await anyMark()) ? bucketStart("hour", clock.now()) - BUCKET_MS.hour : null;
    const found = [...(await marksOf(shards))];
    const marks = (await Promise.all(found.map(([shard, some]) => marksIn(shard, some)))).flat();
    if (marks.every((hour) => hour === null)) return null;
    const beforeTicks = ticksBegin() - BUCKET_MS.hour;
    return marks.reduce<number>(
      (earliest, hour) => Math.min(earliest, hour ?? beforeTicks),
      Number.MAX_VALUE,
    );
  }

  async function scopeRolledUpTo(scope: ShardRegion): Promise<number | null> {
    const item = await history.get(markKey(scope));
    return item === null ? null : numberOf(item, "hour");
  }

  return {
    put: (buckets) =>
      history.putMany(buckets.map((bucket) => itemOf(bucketKey(bucket), { body: bytes(pack(bucket)) }))),

    async list(org, endpointId, size, since, until) {
      const partition = ["pk", partitionOf({ org, endpointId, size })] as const;
      const between = ["sk", padded(since), padded(until)] as const; // a key of `until` is longer, so beyond
      const items = await allOf(history, { partition, between, consistent: true });
      return items.map((item) => unpack<Bucket>(bytesOf(item, "body")));
    },

    rolledUpTo: (scope: string | ShardRegion, endpointId?: string) =>
      typeof scope === "string" ? endpointRolledUpTo(scope, endpointId) : scopeRolledUpTo(scope),

    async markRolledUp(scope, hour) {
      await history.update(markKey(scope), setting({ hour: number(hour) }), {
        text: "attribute_not_exists(pk) OR #hour < :hour",
        names: { "#hour": "hour" },
        values: { ":hour": number(hour) },
      });
    },
  };
}
