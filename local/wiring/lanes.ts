import type { Invocation } from "../../functions/dispatch/handle.ts";
import type { OnFault } from "../../functions/probe/fault.ts";
import type { ProbeHandle, ShardTick, TickSummary } from "../../functions/probe/handle.ts";

export interface LanesDeps {
  probe: ProbeHandle;
  stop: AbortSignal;
  abort: AbortSignal;
  /** A tick was left out: the two before it still run. */
  onOverrun(shard: string, scheduledAt: number): void;
  onFault: OnFault;
}

/** What runs, by shard: in place of concurrent Lambda invocations. */
export interface Lanes {
  /** Resolves when the invocation has ended; null when it was left out or failed as a whole. Never rejects. */
  run(
    invocation: Pick<Invocation, "shard" | "scheduledAt"> & Pick<ShardTick, "everything">,
  ): Promise<TickSummary | null>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

/** A tick may begin while the one before still runs; a third would only add to what makes them slow. */
const AT_ONCE = 2;

export function makeLanes({ probe, stop, abort, onOverrun, onFault }: LanesDeps): Lanes {
  const running = new Map<string, number>();
  const all = new Set<Promise<unknown>>();

  async function tracked(id: string, tick: ShardTick): Promise<TickSummary | null> {
    running.set(id, (running.get(id) ?? 0) + 1);
    try {
      return await probe(tick, { stop, abort });
    } catch (error) {
      onFault(error, { what: "tick", shard: id });
      return null;
    } finally {
      running.set(id, (running.get(id) ?? 1) - 1);
    }
  }

  return {
    async run({ shard, ...tick }) {
      if (stop.aborted) return null;
      if ((running.get(shard.id) ?? 0) >= AT_ONCE) {
        onOverrun(shard.id, tick.scheduledAt);
        return null;
      }
      const ended = tracked(shard.id, { shard, ...tick });
      all.add(ended);
      return ended.finally(() => all.delete(ended));
    },
    async idle() {
      while (all.size > 0) await Promise.all(all);
    },
  };
}
