import { makeCanaryGate } from "../../../functions/probe/canary.ts";
import { makeHandle, type ProbeDeps, type ShardTick } from "../../../functions/probe/handle.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import type { FailurePost, TickPlace } from "../../../lib/core/ports.ts";
import { ManualClock, type Script, scriptedChecker } from "./doubles.ts";

export const T0 = Date.UTC(2026, 10, 20, 12);
export const MINUTE = 60_000;
const CANARY = "https://canary.example/";
export const shard: ShardTick["shard"] = { id: "0", version: "1", rounds: false };
export const rounds: ShardTick["shard"] = { ...shard, rounds: true };

interface Sent {
  at: number;
  posts: readonly FailurePost[];
}

/** A probe whose world is written down: what it appended, posted and said. Canaries answer unless the script says. */
export function probeOf(endpoints: readonly Endpoint[], script: Script, changes: Partial<ProbeDeps> = {}) {
  const clock = new ManualClock(T0);
  const world = {
    appended: [] as { at: number; records: readonly CheckRecord[]; place: TickPlace }[],
    posted: [] as Sent[],
    faults: [] as unknown[],
    network: [] as boolean[],
    shardReads: 0,
  };
  const onFault = (error: unknown) => world.faults.push(error);
  const checker = scriptedChecker(clock, script);
  const deps: ProbeDeps = {
    region: "local",
    clock,
    checkerForTick: () => checker,
    endpoints: {
      shard: async () => {
        world.shardReads++;
        return [...endpoints];
      },
    },
    canaries: makeCanaryGate({
      urls: [CANARY],
      checker,
      clock,
      onOwnNetwork: (up) => world.network.push(up),
      onUselessCanaries: () => undefined,
      onFault,
    }),
    ticks: {
      append: async (records, place) => {
        world.appended.push({ at: clock.now() - T0, records, place });
      },
    },
    sinks: [],
    failureRoute: {
      post: async (posts) => {
        world.posted.push({ at: clock.now() - T0, posts });
      },
    },
    resolve: (endpoint) => ({ endpoint, secrets: [] }),
    troubled: async () => new Set(),
    onFault,
    writeAfterMs: [5_000],
    invocationLimitMs: 3 * MINUTE,
    ...changes,
  };
  return { clock, world, deps, handle: makeHandle(deps), checker };
}

export const isCanary = ({ url }: Endpoint): boolean => url === CANARY;
export const records = (world: ReturnType<typeof probeOf>["world"]) =>
  world.appended.flatMap((a) => [...a.records]);
export const posted = (world: ReturnType<typeof probeOf>["world"]) =>
  world.posted.flatMap(({ posts }) => [...posts]);
export const tickAt = (scheduledAt: number, changes: Partial<ShardTick> = {}): ShardTick => ({
  shard,
  scheduledAt,
  ...changes,
});
