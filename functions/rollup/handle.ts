import { DEFAULT_APDEX_TARGET_MS } from "../../lib/core/apdex/apdex.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { BUCKET_MS, type Bucket, bucketStart } from "../../lib/core/history/bucket.ts";
import {
  addRecords,
  type HourTallies,
  hourBucket,
  rollDay,
  type TargetOf,
  withoutRepeats,
} from "../../lib/core/history/roll.ts";
import type { Clock, EndpointStore, History, RollupMarks, TickLog } from "../../lib/core/ports.ts";

export interface RollupDeps {
  endpoints: Pick<EndpointStore, "list">;
  ticks: Pick<TickLog, "all">;
  history: Pick<History, "put" | "list"> & RollupMarks<string>;
  /** Only to let other work run between slices. */
  clock: Pick<Clock, "sleep">;
  limits?: Partial<RollupLimits>;
}

export interface RollupLimits {
  /** How far back the first rollup begins: as long as ticks are kept. */
  rawMs: number;
  /** Hours rolled up in one invocation. */
  hours: number;
}

/** `now`: epoch ms. */
export interface RollupEvent {
  org: string;
  now: number;
}

export interface RollupResult {
  /** Hours rolled up in this invocation. */
  hours: number;
  buckets: number;
  /** More complete hours are waiting: invoke again. */
  more: boolean;
}

const HOUR = BUCKET_MS.hour;
const DAY = BUCKET_MS.day;
const MINUTE = 60_000;

/**
 * An hour is rolled up this long after its end, once: ticks may be written 15 minutes late (a probe's time limit,
 * a queue that was replayed) and still count. Later ones are in the tick log only.
 */
export const GRACE_MS = 20 * MINUTE;

const DEFAULT_LIMITS: RollupLimits = { rawMs: 2 * DAY, hours: 48 };

/** Ticks read at a time, and records counted without a pause: a process that also measures is never held up long. */
const SLICE_MS = 5 * MINUTE;
const RECORDS_WITHOUT_PAUSE = 1_000;

/** Buckets written in one step. */
const BUCKETS_AT_ONCE = 100;

/** Endpoints whose days are rolled in one step: each reads the 24 hours of every region. */
const DAYS_AT_ONCE = 10;

interface Hour {
  org: string;
  start: number;
  endpoints: readonly Endpoint[];
}

async function tallyHour(
  { ticks, clock }: RollupDeps,
  { org, start, endpoints }: Hour,
): Promise<HourTallies> {
  const targets = new Map(endpoints.map(({ id, apdexTargetMs }) => [id, apdexTargetMs]));
  const targetOf: TargetOf = (id) => targets.get(id) ?? DEFAULT_APDEX_TARGET_MS;
  const hour: HourTallies = new Map();
  for (let since = start; since < start + HOUR; since += SLICE_MS) {
    const records = withoutRepeats(await ticks.all(org, since, since + SLICE_MS - 1));
    for (let i = 0; i < records.length; i += RECORDS_WITHOUT_PAUSE) {
      addRecords(hour, records.slice(i, i + RECORDS_WITHOUT_PAUSE), targetOf);
      await clock.sleep(0);
    }
  }
  return hour;
}

async function putHour(
  { history, clock }: RollupDeps,
  { org, start }: Hour,
  tallies: HourTallies,
): Promise<void> {
  const all = [...tallies.values()];
  for (let i = 0; i < all.length; i += BUCKETS_AT_ONCE) {
    await history.put(all.slice(i, i + BUCKETS_AT_ONCE).map((one) => hourBucket(org, start, one)));
    await clock.sleep(0);
  }
}

/** Writes the day that ends with this hour, from its hours. A day that is not written is read from its hours. */
async function putDay(
  deps: RollupDeps,
  { org, start, endpoints }: Hour,
  tallies: HourTallies,
): Promise<void> {
  const day = bucketStart("day", start);
  const seen = [...tallies.values()].map(({ endpointId }) => endpointId);
  const ids = [...new Set([...endpoints.map(({ id }) => id), ...seen])];
  const hoursOf = (id: string): Promise<Bucket[]> => deps.history.list(org, id, "hour", day, day + DAY);
  for (let i = 0; i < ids.length; i += DAYS_AT_ONCE) {
    const hours = await Promise.all(ids.slice(i, i + DAYS_AT_ONCE).map(hoursOf));
    await deps.history.put(hours.flatMap(rollDay));
    await deps.clock.sleep(0);
  }
}

/** Everything is written before the hour is marked: dying in between only repeats the same writes. */
async function rollOne(deps: RollupDeps, hour: Hour): Promise<number> {
  const tallies = await tallyHour(deps, hour);
  await putHour(deps, hour, tallies);
  if (hour.start + HOUR === bucketStart("day", hour.start) + DAY) await putDay(deps, hour, tallies);
  await deps.history.markRolledUp(hour.org, hour.start);
  return tallies.size;
}

/**
 * Builds the rollup: every complete hour of an organization since the latest one rolled up becomes hour buckets, and
 * with the last hour of a UTC day day buckets. Invoking it twice, or again after it was killed, changes nothing.
 */
export function makeHandle(deps: RollupDeps): (event: RollupEvent) => Promise<RollupResult> {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  return async ({ org, now }) => {
    const latest = await deps.history.rolledUpTo(org);
    const first = latest === null ? bucketStart("hour", now - limits.rawMs) : latest + HOUR;
    const due = Math.floor((now - GRACE_MS - first) / HOUR);
    const hours = Math.min(Math.max(due, 0), limits.hours);
    const endpoints = hours === 0 ? [] : (await deps.endpoints.list(org)).map(({ endpoint }) => endpoint);
    let buckets = 0;
    for (let i = 0; i < hours; i++)
      buckets += await rollOne(deps, { org, start: first + i * HOUR, endpoints });
    return { hours, buckets, more: due > hours };
  };
}
