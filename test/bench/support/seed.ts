/** Puts whole shards, and the ticks that were, into tables: what would take the API an hour. */
import { attributesOf, endpointKey } from "../../../lib/adapters/dynamodb/endpoint-item.ts";
import { flag, type Item, number } from "../../../lib/adapters/dynamodb/item.ts";
import { itemOf } from "../../../lib/adapters/dynamodb/schema.ts";
import type { Table } from "../../../lib/adapters/dynamodb/table.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";

const present = (attributes: Record<string, Item[string] | null>): Item =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );

export const endpointItem = (endpoint: Endpoint, shard: string): Item =>
  itemOf(
    endpointKey(endpoint.org, endpoint.id),
    present(attributesOf(endpoint, "api", 1, { shard, movedFrom: [] })),
  );

/** A shard's row in the directory; it has settled long ago. */
export const shardItem = (id: string, count: number, rounds = false): Item =>
  itemOf(
    { pk: "SHARDS", sk: id },
    { count: number(count), version: number(count), changedAt: number(0), rounds: flag(rounds) },
  );

/** A shard with these endpoints, as if they had been created one by one. */
export async function seedShard(
  config: Table,
  id: string,
  endpoints: readonly Endpoint[],
  rounds = false,
): Promise<void> {
  await config.putMany([
    shardItem(id, endpoints.length, rounds),
    ...endpoints.map((one) => endpointItem(one, id)),
  ]);
}
