import { DEFAULT_APDEX_TARGET_MS } from "../../lib/core/apdex/apdex.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { BUCKET_MS, type Bucket, bucketStart } from "../../lib/core/history/bucket.ts";
import {
  addRecords,
  type HourTallies,
  hourBucket,
  nameOf,
  type TargetOf,
  withoutRepeats,
} from "../../lib/core/history/roll.ts";
import type { Clock, EndpointStore, History, RollupMarks, TickLog } from "../../lib/core/ports.ts";
import { type Named, putBuckets, putDays, withDay } from "./write.ts";

/** Where the records of one hour of a scope come from. */
export interface HourSource {
  /** Whole records with since <= scheduledAt <= until, all within the hour; repeats may be among them. */
  records(since: number, until: number): Promise<CheckRecord[]>;
  /** Asked once after all of them: whole hours of endpoints whose records stand elsewhere too. */
  scattered?(): Promise<CheckRecord[]>;
  /** Of whoever was among the records. */
  targetOf: TargetOf;
}

/** A scope: what is rolled up at a time. */
export interface ScopeSource {
  /** Those that are checked now: their days are written even when they fell silent. */
  endpoints: readonly Endpoint[];
  hour(start: number): HourSource;
  /** How much of an hour is read at a time. */
  sliceMs: number;
  /** The only region whose buckets the scope writes; absent: all. */
  region?: string;
}

export interface RollupDeps<Scope> {
  /** Opened only when there is something to roll up. */
  open(scope: Scope): Promise<ScopeSource>;
  marks: RollupMarks<Scope>;
  history: Pick<History, "put" | "list">;
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
export interface RollupEvent<Scope> {
  scope: Scope;
  now: number;
  /** Asked before each further hour; absent: always. */
  mayGoOn?: () => boolean;
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
const ORGANIZATION_SLICE_MS = 5 * MINUTE;
const RECORDS_WITHOUT_PAUSE = 1_000;

/** Start of the latest hour that may be rolled up at `now`. */
export const latestDue = (now: number): number => bucketStart("hour", now - GRACE_MS) - HOUR;

function targetsOf(endpoints: readonly Endpoint[]): TargetOf {
  const targets = new Map(
    endpoints.map(({ org, id, apdexTargetMs }) => [nameOf({ org, endpointId: id }), apdexTargetMs]),
  );
  return (whose) => targets.get(nameOf(whose)) ?? DEFAULT_APDEX_TARGET_MS;
}

/** One machine: an organization at a time, by one pass over its ticks. */
export function byOrganization(ports: {
  endpoints: Pick<EndpointStore, "list">;
  ticks: Pick<TickLog, "all">;
}): (org: string) => Promise<ScopeSource> {
  return async (org) => {
    const endpoints = (await ports.endpoints.list(org)).map(({ endpoint }) => endpoint);
    const records: HourSource["records"] = (since, until) => ports.ticks.all(org, since, until);
    return {
      endpoints,
      sliceMs: ORGANIZATION_SLICE_MS,
      hour: () => ({ records, targetOf: targetsOf(endpoints) }),
    };
  };
}

interface Tallied {
  tallies: HourTallies;
  /** Whose records stand elsewhere too. */
  scattered: Named[];
}

async function tallyHour(
  clock: Pick<Clock, "sleep">,
  source: HourSource,
  start: number,
  sliceMs: number,
): Promise<Tallied> {
  const tallies: HourTallies = new Map();
  async function count(found: readonly CheckRecord[]): Promise<void> {
    const records = withoutRepeats(found);
    for (let i = 0; i < records.length; i += RECORDS_WITHOUT_PAUSE) {
      addRecords(tallies, records.slice(i, i + RECORDS_WITHOUT_PAUSE), source.targetOf);
      await clock.sleep(0);
    }
  }
  for (let since = start; since < start + HOUR; since += sliceMs)
    await count(await source.records(since, since + sliceMs - 1));
  const scattered = (await source.scattered?.()) ?? [];
  await count(scattered);
  return { tallies, scattered };
}

/**
 * Whose day has to be written with this hour: everybody's with its last. Who moved has days that another shard wrote,
 * perhaps before this one had rolled up its hours of them.
 */
async function daysDue<Scope>(
  deps: RollupDeps<Scope>,
  { endpoints }: ScopeSource,
  { tallies, scattered }: Tallied,
  start: number,
): Promise<Named[]> {
  const day = bucketStart("day", start);
  if (start + HOUR < day + DAY) return withDay(deps, scattered, day);
  return [...endpoints.map(({ org, id }) => ({ org, endpointId: id })), ...tallies.values()];
}

/** Everything is written before it is marked: dying in between only repeats the same writes. */
async function rollOne<Scope>(
  deps: RollupDeps<Scope>,
  scope: Scope,
  source: ScopeSource,
  start: number,
): Promise<number> {
  const tallied = await tallyHour(deps.clock, source.hour(start), start, source.sliceMs);
  const buckets: Bucket[] = [...tallied.tallies.values()].map((one) => hourBucket(start, one));
  await putBuckets(deps, buckets);
  const due = await daysDue(deps, source, tallied, start);
  await putDays(deps, due, bucketStart("day", start), source.region);
  await deps.marks.markRolledUp(scope, start);
  return buckets.length;
}

/**
 * Builds the rollup: every complete hour of a scope since the latest one rolled up becomes hour buckets, and
 * with the last hour of a UTC day day buckets, hour after hour, so that the mark leaves no gap. Invoking it twice, at
 * once, or again after it was killed, changes nothing.
 */
export function makeHandle<Scope>(
  deps: RollupDeps<Scope>,
): (event: RollupEvent<Scope>) => Promise<RollupResult> {
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  return async ({ scope, now, mayGoOn = () => true }) => {
    const latest = await deps.marks.rolledUpTo(scope);
    const first = latest === null ? bucketStart("hour", now - limits.rawMs) : latest + HOUR;
    const due = Math.max(0, (latestDue(now) - first) / HOUR + 1);
    if (due === 0) return { hours: 0, buckets: 0, more: false };
    const source = await deps.open(scope);
    let hours = 0;
    let buckets = 0;
    for (; hours < Math.min(due, limits.hours) && (hours === 0 || mayGoOn()); hours++)
      buckets += await rollOne(deps, scope, source, first + hours * HOUR);
    return { hours, buckets, more: due > hours };
  };
}
