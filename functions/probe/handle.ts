import { isDue, roundsOf } from "../../lib/core/check/schedule.ts";
import { waitUntil } from "../../lib/core/check/slot.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { EndpointStore, FailureRoute } from "../../lib/core/ports.ts";
import { type LimitDeps, makeLimit } from "./limit.ts";
import { makeLists } from "./lists.ts";
import { makePosts } from "./posts.ts";
import { type RoundDeps, type RoundSummary, runRound } from "./round.ts";

/** One invocation: a shard, and the tick it is for. */
export interface ShardTick {
  shard: { id: string; version: string; rounds: boolean };
  /** Epoch ms, truncated to the schedule; the shard's offset included. */
  scheduledAt: number;
  /** Checks the whole shard once, or those of these ids, due or not, however late: after a start or an edit. */
  everything?: true | readonly string[];
}

export interface ProbeDeps extends RoundDeps, LimitDeps {
  region: string;
  endpoints: Pick<EndpointStore, "shard">;
  failureRoute: FailureRoute;
  /** Those that are checked every minute whatever their interval (ALERTING: Intervals). */
  troubled(endpoints: readonly Endpoint[], scheduledAt: number): Promise<ReadonlySet<Endpoint>>;
}

/** `stop`: starts nothing more and finishes what runs. `abort`: gives up what runs and writes what is done. */
export interface ProbeContext {
  stop?: AbortSignal;
  abort?: AbortSignal;
}

export interface TickSummary extends RoundSummary {
  /** Rounds that were left out because their time had passed. */
  missed: number;
}

export type ProbeHandle = (tick: ShardTick, context?: ProbeContext) => Promise<TickSummary>;

const MINUTE = 60_000;
/** A tick later than half a minute is nearer to the next one. */
const TICK_TOLERANCE_MS = 30_000;
const ROUND_TOLERANCE_MS = 5_000;

/**
 * The stateless probe: reads its shard, checks what is due, posts failures as they happen, writes what it found.
 * One endpoint's error never stops another's check. What it keeps between invocations is only a copy of the
 * lists it read, used while their version stands and when the store can't be reached.
 * @throws Unavailable when the list can't be read and was never read before
 */
export function makeHandle(deps: ProbeDeps): ProbeHandle {
  const listOf = makeLists(deps);
  return async (tick, { stop, abort } = {}) => {
    const arrival = await waitUntil(deps.clock, tick.scheduledAt, toleranceOf(tick), stop);
    if (arrival !== "now") return { ...nothing, missed: arrival === "missed" ? 1 : 0 };
    const endpoints = await listOf(tick.shard);
    const limit = makeLimit(deps, tick.shard.id, abort);
    const posts = makePosts(deps);
    const place = { shard: tick.shard.id, lane: "main" } as const;
    const run = (scheduledAt: number, due: readonly Endpoint[]) =>
      runRound(deps, { place, posts, ...limit }, { region: deps.region, scheduledAt }, due);
    const inRounds = tick.shard.rounds && tick.everything === undefined;
    const found = inRounds
      ? await runRounds(deps, tick, endpoints, run, stop)
      : { ...(await run(tick.scheduledAt, await dueOf(deps, tick, endpoints))), missed: 0 };
    await Promise.race([posts.drain(), limit.gaveUp]);
    limit.end();
    return found;
  };
}

const nothing: TickSummary = { checked: 0, failed: 0, invalid: 0, missed: 0 };

function toleranceOf({ shard, everything }: ShardTick): number {
  if (everything !== undefined) return Number.POSITIVE_INFINITY;
  return shard.rounds ? MINUTE : TICK_TOLERANCE_MS;
}

async function dueOf(
  deps: ProbeDeps,
  tick: ShardTick,
  endpoints: readonly Endpoint[],
): Promise<readonly Endpoint[]> {
  const { everything } = tick;
  if (everything === true) return endpoints;
  if (everything !== undefined) return endpoints.filter(({ id }) => everything.includes(id));
  const troubled = await troubledOf(deps, tick, endpoints);
  return endpoints.filter((endpoint) =>
    isDue(endpoint.id, endpoint.intervalMs, tick.scheduledAt, troubled.has(endpoint)),
  );
}

/** Only longer intervals can be hurried; when nobody can say which, the tick goes on without. */
async function troubledOf(
  deps: ProbeDeps,
  tick: ShardTick,
  endpoints: readonly Endpoint[],
): Promise<ReadonlySet<Endpoint>> {
  const slow = endpoints.filter(({ intervalMs }) => intervalMs > MINUTE);
  if (slow.length === 0) return new Set();
  try {
    return await deps.troubled(slow, tick.scheduledAt);
  } catch (error) {
    deps.onFault(error, { what: "which endpoints are in trouble", shard: tick.shard.id });
    return new Set();
  }
}

type Run = (scheduledAt: number, endpoints: readonly Endpoint[]) => Promise<RoundSummary>;

/** Each round starts at its own time, whether or not the one before has ended. */
async function runRounds(
  { clock }: ProbeDeps,
  { scheduledAt }: ShardTick,
  endpoints: readonly Endpoint[],
  run: Run,
  stop: AbortSignal | undefined,
): Promise<TickSummary> {
  const rounds = endpoints.flatMap((endpoint) =>
    roundsOf(endpoint.intervalMs, scheduledAt).map((at) => ({ at, endpoint })),
  );
  const byTime = [...Map.groupBy(rounds, ({ at }) => at)].sort(([a], [b]) => a - b);
  const running: Promise<RoundSummary>[] = [];
  let missed = 0;
  for (const [at, group] of byTime) {
    const arrival = await waitUntil(clock, at, ROUND_TOLERANCE_MS, stop);
    if (arrival === "stopped") break;
    if (arrival === "missed") missed++;
    else
      running.push(
        run(
          at,
          group.map(({ endpoint }) => endpoint),
        ),
      );
  }
  return { ...sum(await Promise.all(running)), missed };
}

const sum = (parts: readonly RoundSummary[]): RoundSummary =>
  parts.reduce(
    (a, b) => ({
      checked: a.checked + b.checked,
      failed: a.failed + b.failed,
      invalid: a.invalid + b.invalid,
    }),
    nothing,
  );
