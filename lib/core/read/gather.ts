import type { CheckRecord } from "../check/record.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import type { Bucket } from "../history/bucket.ts";
import type { EndpointStore, History, TickLog } from "../ports.ts";
import { gapsBetween, type ReadPlan, type Span } from "./plan.ts";

/** What the read model reads. */
export interface ReadPorts {
  endpoints: Pick<EndpointStore, "get" | "list">;
  ticks: Pick<TickLog, "records" | "all">;
  history: Pick<History, "list" | "rolledUpTo">;
  /** Called often while many endpoints are counted: a process that also measures lets other work run there. */
  pause?(): Promise<void>;
}

/** All that is known of one endpoint in a planned stretch of time, each tick once. */
export interface Gathered {
  records: CheckRecord[];
  buckets: Bucket[];
}

async function bucketsOf(
  history: ReadPorts["history"],
  org: string,
  endpointId: string,
  { hours, days }: ReadPlan,
): Promise<Bucket[]> {
  if (hours === null) return [];
  const list = (size: Bucket["size"], { since, until }: Span): Promise<Bucket[]> =>
    history.list(org, endpointId, size, since, until);
  const whole = days === null ? [] : await list("day", days);
  const gaps = gapsBetween(
    hours,
    whole.map(({ start }) => start),
  );
  const parts = await Promise.all(gaps.map((gap) => list("hour", gap)));
  return [...whole, ...parts.flat()];
}

/** Gathers one endpoint. */
export async function gather(
  ports: ReadPorts,
  org: string,
  endpointId: string,
  plan: ReadPlan,
): Promise<Gathered> {
  const [buckets, ...records] = await Promise.all([
    bucketsOf(ports.history, org, endpointId, plan),
    ...plan.ticks.map(({ since, until }) => ports.ticks.records(org, endpointId, since, until)),
  ]);
  return { records: records.flat(), buckets };
}

/** So many endpoints' buckets are asked for at a time: enough to hide a remote store's latency, and bounded. */
const AT_ONCE = 20;

export interface GatheredEndpoint extends Gathered {
  endpoint: Endpoint;
}

/** Records sorted to their endpoints without a pause. */
const RECORDS_WITHOUT_PAUSE = 5_000;

/** Gathers many endpoints, in their order: one pass over the ticks, whatever their number. */
export async function gatherAll(
  ports: ReadPorts,
  org: string,
  endpoints: readonly Endpoint[],
  plan: ReadPlan,
): Promise<GatheredEndpoint[]> {
  const gathered = endpoints.map((endpoint): GatheredEndpoint => ({ endpoint, records: [], buckets: [] }));
  const byId = new Map(gathered.map((one) => [one.endpoint.id, one]));
  for (const { since, until } of plan.ticks)
    for (const [i, record] of (await ports.ticks.all(org, since, until)).entries()) {
      byId.get(record.endpointId)?.records.push(record);
      if (i % RECORDS_WITHOUT_PAUSE === RECORDS_WITHOUT_PAUSE - 1) await ports.pause?.();
    }
  for (let i = 0; plan.hours !== null && i < gathered.length; i += AT_ONCE)
    await Promise.all(
      gathered.slice(i, i + AT_ONCE).map(async (one) => {
        one.buckets = await bucketsOf(ports.history, org, one.endpoint.id, plan);
      }),
    );
  return gathered;
}
