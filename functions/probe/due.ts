import { isDue, roundsOf } from "../../lib/core/check/schedule.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { OnFault } from "./fault.ts";
import type { ShardTick } from "./tick.ts";

export interface DueDeps {
  /** Those of a shard's endpoints that are checked every minute whatever their interval (ALERTING: Intervals). */
  troubled(
    endpoints: readonly Endpoint[],
    scheduledAt: number,
    shard: string,
  ): Promise<ReadonlySet<Endpoint>>;
  onFault: OnFault;
}

const MINUTE_MS = 60_000;

/**
 * Which endpoints of a shard a tick is for.
 * @param isFailing what is known to fail here: it is hurried too, whoever else knows
 */
export async function dueOf(
  deps: DueDeps,
  tick: ShardTick,
  endpoints: readonly Endpoint[],
  isFailing: (endpoint: Endpoint) => boolean,
): Promise<readonly Endpoint[]> {
  const { everything, scheduledAt } = tick;
  if (everything === true) return endpoints;
  if (everything !== undefined) return endpoints.filter(({ id }) => everything.includes(id));
  if (tick.round) return endpoints.filter(({ intervalMs }) => hasRound(intervalMs, scheduledAt));
  const troubled = await troubledOf(deps, tick, endpoints);
  return endpoints.filter((endpoint) =>
    isDue(endpoint.id, endpoint.intervalMs, scheduledAt, troubled.has(endpoint) || isFailing(endpoint)),
  );
}

/** Single rounds are for shards that tick at full minutes. */
const hasRound = (intervalMs: number, at: number): boolean =>
  roundsOf(intervalMs, Math.floor(at / MINUTE_MS) * MINUTE_MS).includes(at);

/** Only longer intervals can be hurried; when nobody can say which, the tick goes on without. */
async function troubledOf(
  deps: DueDeps,
  { shard, scheduledAt }: ShardTick,
  endpoints: readonly Endpoint[],
): Promise<ReadonlySet<Endpoint>> {
  const rare = endpoints.filter(({ intervalMs }) => intervalMs > MINUTE_MS);
  if (rare.length === 0) return new Set();
  try {
    return await deps.troubled(rare, scheduledAt, shard.id);
  } catch (error) {
    deps.onFault(error, { what: "which endpoints are in trouble", shard: shard.id });
    return new Set();
  }
}
