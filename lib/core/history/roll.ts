import type { CheckRecord } from "../check/record.ts";
import { type Bucket, type BucketKey, bucketStart } from "./bucket.ts";
import { addBucket, addRecord, bucketOf, emptyTally, type Tally } from "./tally.ts";

/** Tallies of one hour, one for each endpoint and region; filled slice by slice. */
export type HourTallies = Map<string, { endpointId: string; region: string; tally: Tally }>;

/** Apdex target (ms) of an endpoint. */
export type TargetOf = (endpointId: string) => number;

function tallyFor(hour: HourTallies, { endpointId, region }: CheckRecord): Tally {
  const key = `${endpointId} ${region}`;
  const found = hour.get(key);
  if (found !== undefined) return found.tally;
  const tally = emptyTally({ points: true });
  hour.set(key, { endpointId, region, tally });
  return tally;
}

/**
 * The records without repeats: the first of each endpoint, region and scheduledAt, as everywhere.
 * Repeats have the same tick, so slices of time can be treated one by one.
 */
export function withoutRepeats(records: readonly CheckRecord[]): CheckRecord[] {
  const seen = new Set<string>();
  return records.filter(({ endpointId, region, scheduledAt }) => {
    const key = `${endpointId} ${region} ${scheduledAt}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Counts a slice of an hour's records in place; a slice holds every record of the ticks in it. */
export function addSlice(hour: HourTallies, records: readonly CheckRecord[], targetOf: TargetOf): void {
  for (const record of withoutRepeats(records))
    addRecord(tallyFor(hour, record), record, targetOf(record.endpointId));
}

/** The buckets of an hour (epoch ms of its start): one for each endpoint and region that has records. */
export function hourBuckets(org: string, start: number, hour: HourTallies): Bucket[] {
  return [...hour.values()].map(({ endpointId, region, tally }) =>
    bucketOf({ org, endpointId, region, size: "hour", start }, tally),
  );
}

/** All buckets of one hour's records at once. */
export function rollHour(
  org: string,
  start: number,
  records: readonly CheckRecord[],
  targetOf: TargetOf,
): Bucket[] {
  const hour: HourTallies = new Map();
  addSlice(hour, records, targetOf);
  return hourBuckets(org, start, hour);
}

/**
 * One bucket that counts what all of these do, stored under `key`; points are kept for an hour. The order of the
 * buckets, and merging some of them before, make no difference to the byte.
 */
export function mergeBuckets(key: BucketKey, buckets: readonly Bucket[]): Bucket {
  const tally = emptyTally({ points: key.size === "hour" });
  for (const bucket of buckets) addBucket(tally, bucket);
  return bucketOf(key, tally);
}

/** Day buckets from hour buckets of one endpoint: one for each region and day that has hours. */
export function rollDay(hours: readonly Bucket[]): Bucket[] {
  const days = new Map<string, { key: BucketKey; tally: Tally }>();
  for (const hour of hours) {
    const start = bucketStart("day", hour.start);
    const id = `${start} ${hour.region}`;
    const day = days.get(id) ?? { key: dayKey(hour, start), tally: emptyTally() };
    days.set(id, day);
    addBucket(day.tally, hour);
  }
  return [...days.values()].map(({ key, tally }) => bucketOf(key, tally));
}

const dayKey = ({ org, endpointId, region }: Bucket, start: number): BucketKey => ({
  org,
  endpointId,
  region,
  size: "day",
  start,
});
