import { roundOffsetsMs } from "../../lib/core/check/schedule.ts";
import { Unavailable } from "../../lib/core/errors.ts";
import { inParallel } from "../../lib/core/parallel.ts";
import type { EndpointStore, ShardRef } from "../../lib/core/ports.ts";
import { makeShards } from "./shards.ts";

/** One minute of one region. */
export interface DispatchEvent {
  /** Epoch ms, start of the minute. */
  scheduledAt: number;
  region: string;
}

/** What a probe is asked to do. */
export interface Invocation {
  shard: ShardRef;
  region: string;
  /** The minute and the shard's offset; with `round`, and that of the round. */
  scheduledAt: number;
  /** This round only; the others of its minute have invocations of their own. */
  round?: true;
}

export interface DispatchDeps {
  endpoints: Pick<EndpointStore, "shards">;
  /** Starts a probe in an invocation of its own and resolves once it is on its way. */
  invoke(invocation: Invocation): Promise<void>;
  /** The same, so many ms from now. Absent: all rounds of a minute run in one invocation. */
  invokeLater?(invocation: Invocation, delayMs: number): Promise<void>;
  /** Whether home is well; rejects when that can't be found out. Absent: somebody else asks. */
  homeHealth?(): Promise<boolean>;
  /** Notes a number for the operator's alarms. */
  metric?(name: "HomeHealthy", value: number): void;
  /** A shard that could not be invoked, a list that could not be read: the others are. */
  onFault(error: unknown, context: { what: string; shard?: string }): void;
}

/** Far above what a region needs in a minute, and no more than a client has connections. */
const AT_ONCE = 50;
/** With more, an invocation that stays for the minute costs less than messages for each round. */
const SHARDS_IN_SINGLE_ROUNDS = 5;

/**
 * Every minute: one probe per shard that has endpoints for this region. A shard that can't be invoked holds no other
 * back; while home is away, the shards that were listed last are used.
 * @throws Unavailable when the shards can't be listed and never were, or none of them could be started
 */
export function makeHandle(deps: DispatchDeps): (event: DispatchEvent) => Promise<{ shards: number }> {
  const listed = makeShards(deps);
  return async (event) => {
    const told = tellHealth(deps);
    try {
      const shards = (await listed()).filter(
        ({ count, regions }) => count > 0 && (regions?.includes(event.region) ?? true),
      );
      await startAll(deps, startsOf(deps, shards, event));
      return { shards: shards.length };
    } finally {
      await told;
    }
  };
}

/** The alarm on this metric is in another region than home. Nothing is told while all is well: metrics cost by the hour. */
async function tellHealth({ homeHealth, metric, onFault }: DispatchDeps): Promise<void> {
  if (homeHealth === undefined) return;
  try {
    if (!(await homeHealth())) metric?.("HomeHealthy", 0);
  } catch (error) {
    onFault(error, { what: "health of home" });
    metric?.("HomeHealthy", 0);
  }
}

interface Start {
  shard: string;
  start(): Promise<void>;
}

function startsOf(
  { invoke, invokeLater }: DispatchDeps,
  shards: readonly ShardRef[],
  { scheduledAt, region }: DispatchEvent,
): Start[] {
  const inRounds = shards.filter(({ rounds }) => rounds).length;
  const apart = inRounds <= SHARDS_IN_SINGLE_ROUNDS ? invokeLater : undefined;
  return shards.flatMap((shard) => {
    const whole: Invocation = { shard, region, scheduledAt: scheduledAt + shard.offsetMs };
    if (!shard.rounds || apart === undefined) return [{ shard: shard.id, start: () => invoke(whole) }];
    return roundOffsetsMs.map((offsetMs) => {
      const round: Invocation = { ...whole, scheduledAt: whole.scheduledAt + offsetMs, round: true };
      return { shard: shard.id, start: () => (offsetMs === 0 ? invoke(round) : apart(round, offsetMs)) };
    });
  });
}

async function startAll({ onFault }: DispatchDeps, starts: readonly Start[]): Promise<void> {
  const started = await inParallel(starts, AT_ONCE, async ({ shard, start }) => {
    try {
      await start();
      return true;
    } catch (error) {
      onFault(error, { what: "start of a probe", shard });
      return false;
    }
  });
  if (starts.length > 0 && !started.includes(true)) throw new Unavailable("No probe could be started.");
}
