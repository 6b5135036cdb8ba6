import { waitUntil } from "../../lib/core/check/slot.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { VigieError } from "../../lib/core/errors.ts";
import type { EndpointStore, FailureRoute } from "../../lib/core/ports.ts";
import { type DueDeps, dueOf } from "./due.ts";
import { type Limit, type LimitDeps, makeLimit } from "./limit.ts";
import { makeLists } from "./lists.ts";
import { makePosts } from "./posts.ts";
import { type RoundDeps, runRound } from "./round.ts";
import { type RoundsDeps, runRounds } from "./rounds.ts";
import { type Lane, type LaneDeps, openLane } from "./slow-lane.ts";
import { nothing, type TickSummary } from "./summary.ts";
import type { ShardTick } from "./tick.ts";

export type { TickSummary } from "./summary.ts";
export type { ShardTick } from "./tick.ts";

export interface ProbeDeps extends RoundDeps, RoundsDeps, LimitDeps, DueDeps, LaneDeps {
  endpoints: Pick<EndpointStore, "shard">;
  failureRoute: FailureRoute;
  /** How late a tick may begin. Default: half a minute, for a later one is nearer to the next; a minute with rounds. */
  toleranceMs?: number;
}

/**
 * `stop`: starts nothing more and finishes what runs. `abort`: gives up what runs and writes what is done.
 * `limitMs`: in place of the limit that holds for all invocations.
 */
export interface ProbeContext {
  stop?: AbortSignal;
  abort?: AbortSignal;
  limitMs?: number;
}

export type ProbeHandle = (tick: ShardTick, context?: ProbeContext) => Promise<TickSummary>;

const TICK_TOLERANCE_MS = 30_000;
const ROUNDS_TOLERANCE_MS = 60_000;

/**
 * The stateless probe: reads its shard, checks what is due, posts failures as they happen, writes what it found.
 * One endpoint's error never stops another's check. What it keeps between invocations is only a copy of the
 * lists it read, used while their version stands and when the store can't be reached.
 * @throws Unavailable when the list can't be read and was never read before
 */
export function makeHandle(deps: ProbeDeps): ProbeHandle {
  const listOf = makeLists(deps);
  return async (tick, { stop, abort, limitMs = deps.invocationLimitMs } = {}) => {
    const arrival = await waitUntil(deps.clock, tick.scheduledAt, toleranceOf(deps, tick), stop);
    if (arrival !== "now") return { ...nothing, missed: arrival === "missed" ? 1 : 0 };
    const limit = makeLimit({ ...deps, invocationLimitMs: limitMs }, abort);
    try {
      return await runTick({ deps, tick, limit, stop }, listOf);
    } finally {
      limit.end();
    }
  };
}

interface Invocation {
  deps: ProbeDeps;
  tick: ShardTick;
  limit: Limit;
  stop: AbortSignal | undefined;
}

async function runTick(
  { deps, tick, limit, stop }: Invocation,
  listOf: ReturnType<typeof makeLists>,
): Promise<TickSummary> {
  const lane = openLane(deps, tick);
  const endpoints = await listOf(tick.shard);
  const posts = makePosts(deps);
  const place = { shard: tick.shard.id, lane: lane.name };
  const run = (scheduledAt: number, due: readonly Endpoint[]) =>
    runRound(deps, { place, posts, lane, ...limit }, { region: deps.region, scheduledAt }, due);
  const inRounds = tick.shard.rounds && tick.everything === undefined && !tick.round;
  const found = inRounds
    ? await runRounds(deps, tick.scheduledAt, endpoints, run, stop)
    : { ...nothing, ...(await run(tick.scheduledAt, await ownOf(deps, lane, tick, endpoints))) };
  if (limit.overran()) tellOverrun(deps, tick, found);
  await Promise.race([Promise.all([posts.drain(), lane.end()]), limit.over]);
  return found;
}

function toleranceOf({ toleranceMs }: ProbeDeps, { shard, everything }: ShardTick): number {
  if (everything !== undefined) return Number.POSITIVE_INFINITY;
  return toleranceMs ?? (shard.rounds ? ROUNDS_TOLERANCE_MS : TICK_TOLERANCE_MS);
}

async function ownOf(
  deps: ProbeDeps,
  lane: Lane,
  tick: ShardTick,
  endpoints: readonly Endpoint[],
): Promise<readonly Endpoint[]> {
  await lane.ready();
  const due = tick.slow === undefined ? await dueOf(deps, tick, endpoints, lane.isFailing) : endpoints;
  return lane.keep(endpoints, due);
}

function tellOverrun(
  { onFault }: ProbeDeps,
  { shard }: ShardTick,
  { checked, unfinished }: TickSummary,
): void {
  const words = `Time was up: ${unfinished} of ${checked + unfinished} checks of a tick had not ended and were given up.`;
  onFault(new VigieError("tick_overran", words), { what: "tick", shard: shard.id });
}
