import type { CheckRecord } from "../../core/check/record.ts";
import { Unavailable } from "../../core/errors.ts";
import { inParallel } from "../../core/parallel.ts";
import type { TickPlace } from "../../core/ports.ts";
import { ABSENT } from "./expression.ts";
import { allOf, type Table } from "./table.ts";
import {
  blobsOf,
  firstOfEach,
  partitionOf,
  partOf,
  recordsIn,
  type Slot,
  slotPrefix,
  tickItem,
} from "./tick-item.ts";

const WRITES_AT_ONCE = 10;
/** Two invocations of one tick take turns at most so often: each writes a few parts. */
const MOST_ATTEMPTS = 20;
/** Slots whose next part is remembered: those an invocation may still write to. */
const SLOTS_KNOWN = 500;

const keyOf = ({ org, endpointId }: CheckRecord): string => `${org}/${endpointId}`;

/**
 * Writes ticks. Each part of a slot is written once, under the condition that it isn't there; who finds it there reads
 * what is, and writes what is missing as a later part. So the first write of a record wins, whoever repeats it.
 */
export function makeTickWrites(ticks: Table, keptMs: number) {
  const nextParts = new Map<string, number>();

  const slotName = (slot: Slot): string => `${partitionOf(slot)} ${slotPrefix(slot)}`;

  function remember(slot: Slot, next: number): void {
    const name = slotName(slot);
    nextParts.delete(name);
    nextParts.set(name, next);
    const [oldest] = nextParts.keys();
    if (nextParts.size > SLOTS_KNOWN && oldest !== undefined) nextParts.delete(oldest);
  }

  /** What of the records is not written yet, and the part to go on with. */
  async function missing(slot: Slot, records: readonly CheckRecord[]) {
    const items = await allOf(ticks, {
      partition: ["pk", partitionOf(slot)],
      beginsWith: ["sk", slotPrefix(slot)],
      consistent: true,
    });
    const there = new Set(items.flatMap((item) => recordsIn(item, slot.region)).map(keyOf));
    return {
      left: records.filter((record) => !there.has(keyOf(record))),
      part: Math.max(-1, ...items.map(partOf)) + 1,
    };
  }

  async function writeBlobs(slot: Slot, blobs: readonly Uint8Array[], from: number): Promise<boolean> {
    for (const [i, blob] of blobs.entries()) {
      if ((await ticks.put(tickItem(slot, from + i, blob, keptMs), ABSENT)) !== "written") return false;
      remember(slot, from + i + 1);
    }
    return true;
  }

  async function writeSlot(slot: Slot, records: readonly CheckRecord[]): Promise<void> {
    let left = records;
    let part = nextParts.get(slotName(slot)) ?? 0;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      if (left.length === 0 || (await writeBlobs(slot, blobsOf(left), part))) return;
      ({ left, part } = await missing(slot, left));
    }
    throw new Unavailable(
      `Others kept writing the tick ${slot.scheduledAt} of ${slot.shard}: write it again.`,
    );
  }

  return async (records: readonly CheckRecord[], place: TickPlace): Promise<void> => {
    const slots = Map.groupBy(firstOfEach(records), (one) => `${one.region} ${one.scheduledAt}`);
    await inParallel([...slots.values()], WRITES_AT_ONCE, async (group) => {
      const [first] = group;
      if (first === undefined) return;
      await writeSlot({ ...place, region: first.region, scheduledAt: first.scheduledAt }, group);
    });
  };
}
