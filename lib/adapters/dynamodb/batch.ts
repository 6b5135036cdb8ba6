import { BatchGetItemCommand, BatchWriteItemCommand, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { Unavailable } from "../../core/errors.ts";
import { chunksOf, inParallel } from "../../core/parallel.ts";
import type { Dynamo } from "./dynamo.ts";
import { translated } from "./errors.ts";
import { type Item, type Key, keyOf } from "./item.ts";
import { readable } from "./schema.ts";

export interface Batches {
  /** Those of the keys that exist, in any order; a key named twice is read once. */
  getMany(keys: readonly Key[], consistent?: boolean): Promise<Item[]>;
  /** Replaces whole items, without a condition; no two of them may have one key. */
  putMany(items: readonly Item[]): Promise<void>;
  removeMany(keys: readonly Key[]): Promise<void>;
}

/** DynamoDB's limits for one call. */
const KEYS_A_READ = 100;
const ITEMS_A_WRITE = 25;
const CALLS_AT_ONCE = 5;

/** Waits before what a call left over (throttled, or over 16 MB) is tried again; progress starts them anew. */
const WAITS_MS = [50, 100, 200, 400, 800, 1_600];

/**
 * Repeats a call with what it left over until nothing is left.
 * @param call answers with what it left over
 * @throws Unavailable when several calls in a row got nowhere
 */
async function untilNothingIsLeft<T>(
  { clock }: Pick<Dynamo, "clock">,
  table: string,
  items: readonly T[],
  call: (items: readonly T[]) => Promise<readonly T[]>,
): Promise<void> {
  let left = items;
  let stuck = 0;
  while (left.length > 0) {
    const rest = await call(left);
    stuck = rest.length < left.length ? 0 : stuck + 1;
    left = rest;
    if (left.length === 0) return;
    const wait = WAITS_MS[stuck];
    if (wait === undefined)
      throw new Unavailable(`Table ${table} is throttled: ${left.length} items of a batch were left over.`);
    await clock.sleep(wait);
  }
}

const distinct = (keys: readonly Key[]): Key[] => [
  ...new Map(keys.map((key) => [`${key.pk}\n${key.sk}`, key])).values(),
];

/** Reads and writes of many items of one table: what a call leaves unprocessed is repeated. */
export function makeBatches(dynamo: Dynamo, table: string): Batches {
  const { client } = dynamo;

  async function read(keys: readonly Item[], consistent: boolean, found: Item[]): Promise<Item[]> {
    try {
      const command = new BatchGetItemCommand({
        RequestItems: { [table]: { Keys: [...keys], ConsistentRead: consistent } },
      });
      const { Responses, UnprocessedKeys } = await client.send(command);
      found.push(...(Responses?.[table] ?? []).map(readable));
      return UnprocessedKeys?.[table]?.Keys ?? [];
    } catch (error) {
      throw translated(error, table);
    }
  }

  async function write(requests: readonly WriteRequest[]): Promise<WriteRequest[]> {
    try {
      const command = new BatchWriteItemCommand({ RequestItems: { [table]: [...requests] } });
      return (await client.send(command)).UnprocessedItems?.[table] ?? [];
    } catch (error) {
      throw translated(error, table);
    }
  }

  async function writeAll(requests: readonly WriteRequest[]): Promise<void> {
    await inParallel(chunksOf(requests, ITEMS_A_WRITE), CALLS_AT_ONCE, (chunk) =>
      untilNothingIsLeft(dynamo, table, chunk, write),
    );
  }

  return {
    async getMany(keys, consistent = true) {
      const found: Item[] = [];
      await inParallel(chunksOf(distinct(keys).map(keyOf), KEYS_A_READ), CALLS_AT_ONCE, (chunk) =>
        untilNothingIsLeft(dynamo, table, chunk, (left) => read(left, consistent, found)),
      );
      return found;
    },

    putMany: (items) => writeAll(items.map((item) => ({ PutRequest: { Item: item } }))),

    removeMany: (keys) => writeAll(distinct(keys).map((key) => ({ DeleteRequest: { Key: keyOf(key) } }))),
  };
}
