import type { CheckRecord } from "../check/record.ts";
import { type Bucket, type BucketKey, bucketStart } from "./bucket.ts";
import { addBucket, addRecord, bucketOf, emptyTally, type Tally } from "./tally.ts";

/** Counts of one endpoint and region in an hour. */
export interface HourTally {
  org: string;
  endpointId: string;
  region: string;
  tally: Tally;
}

/** Tallies of one hour, one for each endpoint and region; filled bit by bit. */
export type HourTallies = Map<string, HourTally>;

/** Names an endpoint among those of several organizations. */
export const nameOf = ({ org, endpointId }: Pick<CheckRecord, "org" | "endpointId">): string =>
  `${org}/${endpointId}`;

/** Apdex target (ms) of an endpoint. */
export type TargetOf = (whose: Pick<CheckRecord, "org" | "endpointId">) => number;

function tallyFor(hour: HourTallies, record: CheckRecord): Tally {
  const { org, endpointId, region } = record;
  const key = `${nameOf(record)} ${region}`;
  const found = hour.get(key);
  if (found !== undefined) return found.tally;
  const tally = emptyTally({ points: true });
  hour.set(key, { org, endpointId, region, tally });
  return tally;
}

/**
 * The records without repeats: the first of each endpoint, region and scheduledAt, as everywhere.
 * Repeats have the same tick, so slices of time can be treated one by one.
 */
export function withoutRepeats(records: readonly CheckRecord[]): CheckRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const key = `${nameOf(record)} ${record.region} ${record.scheduledAt}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Counts some of an hour's records in place, repeats too. */
export function addRecords(hour: HourTallies, records: readonly CheckRecord[], targetOf: TargetOf): void {
  for (const record of records) addRecord(tallyFor(hour, record), record, targetOf(record));
}

/** The bucket of one endpoint and region for the hour that begins at `start` (epoch ms). */
export const hourBucket = (start: number, { org, endpointId, region, tally }: HourTally): Bucket =>
  bucketOf({ org, endpointId, region, size: "hour", start }, tally);

/** All buckets of one hour's records at once. */
export function rollHour(start: number, records: readonly CheckRecord[], targetOf: TargetOf): Bucket[] {
  const hour: HourTallies = new Map();
  addRecords(hour, withoutRepeats(records), targetOf);
  return [...hour.values()].map((one) => hourBucket(start, one));
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
