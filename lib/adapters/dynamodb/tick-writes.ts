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
/** Slots that are remembered: those an invocation may still write to. */
const SLOTS_KNOWN = 100;

/** What is known of a slot: how far its parts go, and who is in them. It may be behind, never ahead. */
interface Known {
  next: number;
  names: ReadonlySet<string>;
}

const NOTHING: Known = { next: 0, names: new Set() };

const keyOf = ({ org, endpointId }: CheckRecord): string => `${org}/${endpointId}`;

/**
 * Writes ticks. Each part of a slot is written once, under the condition that it isn't there; who finds it there reads
 * what is, and writes what is missing as a later part. So the first write of a record wins, whoever repeats it: parts are read
 * in their order. Lanes have parts of their own, so that they need not wait for each other; should an invocation that
 * was doubled have had an endpoint in both, the main lane's record is read.
 */
export function makeTickWrites(ticks: Table, keptMs: number) {
  const slots = new Map<string, Known>();

  const slotName = (slot: Slot): string => `${partitionOf(slot)} ${slotPrefix(slot)}`;

  function remember(slot: Slot, known: Known): void {
    const name = slotName(slot);
    slots.delete(name);
    slots.set(name, known);
    const [oldest] = slots.keys();
    if (slots.size > SLOTS_KNOWN && oldest !== undefined) slots.delete(oldest);
  }

  async function look(slot: Slot): Promise<Known> {
    const items = await allOf(ticks, {
      partition: ["pk", partitionOf(slot)],
      beginsWith: ["sk", slotPrefix(slot)],
      consistent: true,
    });
    const names = new Set(items.flatMap((item) => recordsIn(item, slot.region)).map(keyOf));
    return { next: Math.max(-1, ...items.map(partOf)) + 1, names };
  }

  async function writeBlobs(slot: Slot, blobs: readonly Uint8Array[], from: number): Promise<boolean> {
    for (const [i, blob] of blobs.entries())
      if ((await ticks.put(tickItem(slot, from + i, blob, keptMs), ABSENT)) !== "written") return false;
    return true;
  }

  async function writeSlot(slot: Slot, records: readonly CheckRecord[]): Promise<void> {
    let known = slots.get(slotName(slot)) ?? NOTHING;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const { next, names } = known;
      const left = records.filter((record) => !names.has(keyOf(record)));
      const blobs = left.length === 0 ? [] : blobsOf(left);
      if (await writeBlobs(slot, blobs, next)) {
        remember(slot, { next: next + blobs.length, names: new Set([...names, ...left.map(keyOf)]) });
        return;
      }
      known = await look(slot);
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
