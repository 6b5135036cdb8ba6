import type { CheckRecord } from "../../core/check/record.ts";
import type { ShardRegion, TickPlace } from "../../core/ports.ts";
import { bytes, bytesOf, type Item, number, padded, textOf } from "./item.ts";
import { itemOf } from "./schema.ts";
import { decodeTick, encodeTick, type TickKey } from "./tick-columns.ts";

/** An item takes 400 KB with its key: a blob stays below that by being halved. 500 ok records take some 10 KB. */
const LARGEST_BYTES = 350_000;

/** After this long a tick is gone even where its retention and DynamoDB's own deletion are late. */
const TTL_MARGIN_MS = 6 * 3_600_000;

/** One region and tick of a lane: its items are parts, numbered from 0. */
export interface Slot extends TickKey, TickPlace {}

export const partitionOf = ({ shard, region }: ShardRegion): string => `${shard}#${region}`;

export const slotPrefix = ({ scheduledAt, lane }: Slot): string => `${padded(scheduledAt)}#${lane}#`;

/** Bounds of the sort keys of a stretch of time, both ends included. */
export const rangeOf = (since: number, until: number): readonly [string, string] => [
  padded(Math.max(0, Math.ceil(since))),
  `${padded(Math.max(0, Math.floor(until)))}#~`,
];

export const slotKey = (slot: Slot, part: number) => ({
  pk: partitionOf(slot),
  sk: `${slotPrefix(slot)}${String(part).padStart(4, "0")}`,
});

export const partOf = (item: Item): number => Number(textOf(item, "sk").split("#")[2]);

/** Compressed records, as many blobs as their size asks for: one, unless hundreds of failures have a lot to say. */
export function blobsOf(records: readonly CheckRecord[]): Uint8Array[] {
  const blob = encodeTick(records);
  if (blob.length <= LARGEST_BYTES || records.length < 2) return [blob];
  const half = Math.ceil(records.length / 2);
  return [...blobsOf(records.slice(0, half)), ...blobsOf(records.slice(half))];
}

export const tickItem = (slot: Slot, part: number, blob: Uint8Array, keptMs: number): Item =>
  itemOf(slotKey(slot, part), {
    body: bytes(blob),
    ttl: number(Math.ceil((slot.scheduledAt + keptMs + TTL_MARGIN_MS) / 1_000)),
  });

const anyRecord = () => true;

/** The wanted records of an item of a region. */
export function recordsIn(
  item: Item,
  region: string,
  isWanted: Parameters<typeof decodeTick>[2] = anyRecord,
) {
  const scheduledAt = Number(textOf(item, "sk").split("#")[0]);
  return decodeTick(bytesOf(item, "body"), { region, scheduledAt }, isWanted);
}

/** Records by what makes them one: the first of each is kept. */
export function firstOfEach(records: readonly CheckRecord[]): CheckRecord[] {
  const seen = new Set<string>();
  return records.filter(({ org, endpointId, region, scheduledAt }) => {
    const key = `${org}/${endpointId} ${region} ${scheduledAt}`;
    return !seen.has(key) && seen.add(key);
  });
}
