import { BUCKET_MS, type Bucket } from "../../lib/core/history/bucket.ts";
import { nameOf, rollDay } from "../../lib/core/history/roll.ts";
import { chunksOf } from "../../lib/core/parallel.ts";
import type { Clock, History } from "../../lib/core/ports.ts";

interface WriteDeps {
  history: Pick<History, "put" | "list">;
  /** Only to let other work run between steps. */
  clock: Pick<Clock, "sleep">;
}

/** Who an endpoint is. */
export interface Named {
  org: string;
  endpointId: string;
}

/** Buckets written in one step. */
const BUCKETS_AT_ONCE = 100;

/** Endpoints whose days are rolled in one step: each reads the 24 hours of every region. */
const DAYS_AT_ONCE = 10;

/** Writes buckets step by step. */
export async function putBuckets({ history, clock }: WriteDeps, buckets: readonly Bucket[]): Promise<void> {
  for (const some of chunksOf(buckets, BUCKETS_AT_ONCE)) {
    await history.put(some);
    await clock.sleep(0);
  }
}

/** Those of whom the day that begins at `day` is written already. */
export async function withDay(
  { history }: WriteDeps,
  whose: readonly Named[],
  day: number,
): Promise<Named[]> {
  const found: Named[] = [];
  for (const one of distinct(whose))
    if ((await history.list(one.org, one.endpointId, "day", day, day + 1)).length > 0) found.push(one);
  return found;
}

const distinct = (whose: readonly Named[]): Named[] => [
  ...new Map(whose.map((one) => [nameOf(one), one])).values(),
];

/**
 * Writes the day that begins at `day` from its hours, each endpoint's once. A day that is not written is read from its
 * hours.
 * @param region the only one whose days are written; undefined: all
 */
export async function putDays(
  { history, clock }: WriteDeps,
  whose: readonly Named[],
  day: number,
  region: string | undefined,
): Promise<void> {
  const hoursOf = async ({ org, endpointId }: Named): Promise<Bucket[]> => {
    const hours = await history.list(org, endpointId, "hour", day, day + BUCKET_MS.day);
    return region === undefined ? hours : hours.filter((hour) => hour.region === region);
  };
  for (const some of chunksOf(distinct(whose), DAYS_AT_ONCE)) {
    const hours = await Promise.all(some.map(hoursOf));
    await history.put(hours.flatMap(rollDay));
    await clock.sleep(0);
  }
}
