import { memberOf } from "../../lib/core/check/invocation.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { chunksOf } from "../../lib/core/parallel.ts";
import type { Clock, SlowLane, SlowLaneKey, SlowMembers, TickPlace } from "../../lib/core/ports.ts";
import type { OnFault } from "./fault.ts";
import { makeMoves } from "./moves.ts";
import type { ShardTick } from "./tick.ts";

/** What the slow lane needs; absent where one invocation checks all of a shard. */
export interface SlowLaneDeps {
  lane: SlowLane;
  /** Starts an invocation of the small function for these, and resolves once it is on its way. */
  handOver(tick: ShardTick): Promise<void>;
}

export interface LaneDeps {
  region: string;
  clock: Clock;
  onFault: OnFault;
  slowLane?: SlowLaneDeps;
}

/**
 * The part of a tick that this invocation does. An endpoint that failed or was slow when it was last checked here is
 * left to a small function beside this one: a target that hangs must not keep a large one waiting.
 */
export interface Lane {
  name: TickPlace["lane"];
  /** Once ready: those of the due ones that are checked here; each endpoint by exactly one invocation of the tick. */
  keep(listed: readonly Endpoint[], due: readonly Endpoint[]): Promise<readonly Endpoint[]>;
  /** Resolves once it is known who is in the lane, or that it can't be known. Never rejects. */
  ready(): Promise<void>;
  /** Its latest check here failed: it is not repeated within a tick, for the ticks are its repetitions. */
  isFailing(endpoint: Endpoint): boolean;
  /** Takes note of how a check went. `record` is null when it did not end. */
  note(endpoint: Endpoint, record: CheckRecord | null, tookMs: number): void;
  /** Writes down who belongs to the slow lane from now on. Never rejects. */
  end(): Promise<void>;
}

/** The whole shard, in one invocation. */
const whole: Lane = {
  name: "main",
  keep: async (_listed, due) => due,
  ready: async () => undefined,
  isFailing: () => false,
  note: () => undefined,
  end: async () => undefined,
};

/** Nobody waits longer to learn who is in the lane: everything is checked here then. */
const READ_MS = 1_500;
/** A small function has a seventh of a CPU: more than this would themselves be slow. */
const HANDED_AT_ONCE = 100;

const none: SlowMembers = { failing: new Set(), slow: new Set() };

export function openLane(deps: LaneDeps, tick: ShardTick): Lane {
  const { slowLane } = deps;
  if (slowLane === undefined || tick.everything !== undefined || tick.shard.rounds) return whole;
  return tick.slow === undefined
    ? mainLane(deps, slowLane, tick)
    : theSlowLane(deps, slowLane, tick.slow, tick);
}

const keyOf = ({ region }: LaneDeps, { shard }: ShardTick): SlowLaneKey => ({ region, shard: shard.id });

/** Begins to read at once: the list of endpoints may be on its way too. */
function mainLane(deps: LaneDeps, slowLane: SlowLaneDeps, tick: ShardTick): Lane {
  const reading = read(deps, slowLane, tick);
  let members = none;
  const moves = makeMoves(() => members);
  return {
    name: "main",
    async ready() {
      members = await reading;
    },
    isFailing: (endpoint) => members.failing.has(memberOf(endpoint)),
    async keep(listed, due) {
      moves.forgetOthers(listed);
      const slow = due.filter((endpoint) => isIn(members, endpoint));
      const returned = await handOver(deps, slowLane, tick, slow, members);
      return due.filter((endpoint) => !isIn(members, endpoint) || returned.has(endpoint));
    },
    note: moves.note,
    end: () => write(deps, slowLane, tick, moves.changes()),
  };
}

function theSlowLane(
  deps: LaneDeps,
  slowLane: SlowLaneDeps,
  { failing, slow }: NonNullable<ShardTick["slow"]>,
  tick: ShardTick,
): Lane {
  const members = { failing: new Set(failing), slow: new Set(slow) };
  const moves = makeMoves(() => members);
  return {
    name: "slow",
    ready: async () => undefined,
    isFailing: (endpoint) => members.failing.has(memberOf(endpoint)),
    keep: async (listed) => listed.filter((endpoint) => isIn(members, endpoint)),
    note: moves.note,
    end: () => write(deps, slowLane, tick, moves.changes()),
  };
}

const isIn = ({ failing, slow }: SlowMembers, endpoint: Endpoint): boolean =>
  failing.has(memberOf(endpoint)) || slow.has(memberOf(endpoint));

/** Nobody, when it can't be learned. */
async function read(deps: LaneDeps, { lane }: SlowLaneDeps, tick: ShardTick): Promise<SlowMembers> {
  const enough = new AbortController();
  try {
    const late = deps.clock.sleep(READ_MS, enough.signal).then(() => {
      throw new Error("it took too long");
    });
    return await Promise.race([lane.members(keyOf(deps, tick)), late]);
  } catch (error) {
    deps.onFault(error, { what: "members of the slow lane", shard: tick.shard.id });
    return none;
  } finally {
    enough.abort();
  }
}

/** Answers with those that could not be handed over. */
async function handOver(
  { onFault }: LaneDeps,
  slowLane: SlowLaneDeps,
  { shard, scheduledAt }: ShardTick,
  endpoints: readonly Endpoint[],
  members: SlowMembers,
): Promise<ReadonlySet<Endpoint>> {
  const returned = new Set<Endpoint>();
  const hand = async (some: readonly Endpoint[]): Promise<void> => {
    const named = some.map(memberOf);
    const failing = named.filter((member) => members.failing.has(member));
    const slow = named.filter((member) => members.slow.has(member));
    try {
      await slowLane.handOver({ shard, scheduledAt, slow: { failing, slow } });
    } catch (error) {
      onFault(error, { what: "start of the slow lane", shard: shard.id });
      for (const endpoint of some) returned.add(endpoint);
    }
  };
  await Promise.all(chunksOf(endpoints, HANDED_AT_ONCE).map(hand));
  return returned;
}

/** Added before removed: torn in between, an endpoint is slow once more than it had to be. */
async function write(
  deps: LaneDeps,
  { lane }: SlowLaneDeps,
  tick: ShardTick,
  { added, removed }: { added: SlowMembers; removed: SlowMembers },
): Promise<void> {
  const key = keyOf(deps, tick);
  try {
    if (added.failing.size + added.slow.size > 0) await lane.add(key, added);
    if (removed.failing.size + removed.slow.size > 0) await lane.remove(key, removed);
  } catch (error) {
    deps.onFault(error, { what: "members of the slow lane", shard: tick.shard.id });
  }
}
