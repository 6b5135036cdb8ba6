import type { EndpointStore, ShardMembers, StoredEndpoint } from "../../core/ports.ts";
import { endpointKey, storedFrom } from "./endpoint-item.ts";
import { makeEndpointWrites, type WriteOptions } from "./endpoint-writes.ts";
import { textOf } from "./item.ts";
import { listVersionOf, makeShards, type ShardKind } from "./shards.ts";
import { allOf, type Question, type Table } from "./table.ts";

export interface EndpointOptions extends WriteOptions {
  /** Most endpoints in a shard. */
  shardSize?: number;
}

const regionsOf = ({ regions }: ShardKind): { regions?: readonly string[] } =>
  regions === null ? {} : { regions };

const membersOf = (shard: string): Question => ({ index: "byShard", partition: ["shard", shard] });

/**
 * Endpoints in the table `config`: `E#<org>`, `<id>`, with the shard each is in (endpoint-writes.ts, shards.ts).
 *
 * A shard's list comes from an index, which may lag by a second. Harmless: an unsettled shard's version changes every
 * minute until its list can't change any more, so nobody keeps a list that was read too early; and a place that is
 * recounted was settled before.
 */
export function makeEndpoints(config: Table, options: EndpointOptions): EndpointStore & ShardMembers {
  const { clock, shardSize } = options;
  const shards = makeShards(config, { clock, ...(shardSize === undefined ? {} : { size: shardSize }) });

  const members = async (shard: string): Promise<StoredEndpoint[]> =>
    shard === "" ? [] : (await allOf(config, membersOf(shard))).map(storedFrom); // no key is empty

  return {
    ...makeEndpointWrites(config, shards, options),

    async shards() {
      const now = clock.now();
      return (await shards.read(false)) // what is not seen yet is seen in the next minute, at half the price
        .filter(({ count }) => count > 0)
        .map((row) => ({
          id: row.id,
          version: listVersionOf(row, now),
          count: row.count,
          offsetMs: 0, // one schedule starts them all; their work is apart in machines, not in time
          rounds: row.rounds,
          ...regionsOf(row),
        }));
    },

    shard: async (id) => (await members(id)).map(({ endpoint }) => endpoint),

    members,

    everyShard: async () => (await shards.read(false)).map((row) => ({ id: row.id, ...regionsOf(row) })),

    recount: (id) =>
      shards.recount(id, async () => (await allOf(config, { ...membersOf(id), only: ["sk"] })).length),

    async get(org, id) {
      const item = await config.get(endpointKey(org, id));
      return item === null ? null : storedFrom(item);
    },

    async getMany(org, ids) {
      const items = await config.getMany(ids.map((id) => endpointKey(org, id)));
      return new Map(items.map((item) => [textOf(item, "sk"), storedFrom(item)]));
    },

    list: async (org) =>
      (await allOf(config, { partition: ["pk", `E#${org}`], consistent: true })).map(storedFrom),
  };
}
