import type { EndpointStore, ShardRef } from "../../lib/core/ports.ts";

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
  /** The minute and the shard's offset. */
  scheduledAt: number;
}

export interface DispatchDeps {
  endpoints: Pick<EndpointStore, "shards">;
  /** Starts a probe in an invocation of its own and resolves once it is on its way. */
  invoke(invocation: Invocation): Promise<void>;
  /** Runs the probe here and now: for a single shard, which needs no invocation of its own. */
  runHere(invocation: Invocation): Promise<void>;
  /** A shard that could not be invoked; the others are. */
  onFault(error: unknown, context: { what: string; shard: string }): void;
}

/**
 * Every minute: one probe per shard that has endpoints. A shard that can't be invoked holds no other back.
 * @throws Unavailable when the shards can't be listed
 */
export function makeHandle(deps: DispatchDeps): (event: DispatchEvent) => Promise<{ shards: number }> {
  return async ({ scheduledAt, region }) => {
    const shards = (await deps.endpoints.shards()).filter(({ count }) => count > 0);
    const send = shards.length === 1 ? deps.runHere : deps.invoke;
    await Promise.all(
      shards.map(async (shard) => {
        try {
          await send({ shard, region, scheduledAt: scheduledAt + shard.offsetMs });
        } catch (error) {
          deps.onFault(error, { what: "start of a probe", shard: shard.id });
        }
      }),
    );
    return { shards: shards.length };
  };
}
