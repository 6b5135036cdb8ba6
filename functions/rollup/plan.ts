import type { Clock, ShardMembers } from "../../lib/core/ports.ts";
import { latestDue } from "./handle.ts";
import { type RollupMessage, writeRollup } from "./message.ts";

export interface PlanDeps {
  shards: Pick<ShardMembers, "everyShard">;
  /** Every probe region. */
  regions: readonly string[];
  /** Puts texts into the rollup queue, each to be received so many seconds later. */
  sendMany(texts: readonly { body: string; delayS: number }[]): Promise<void>;
  clock: Pick<Clock, "now">;
}

/**
 * Over which the work of an hour is spread: what a queue delays at most. Of 600 shards in three regions that is two a
 * second, each with a second of work; the tables take a few thousand of its writes a second in their stride.
 */
const SPREAD_S = 900;

/** Regions that check a shard; all of them where it names only such as are gone. */
function regionsOf(chosen: readonly string[] | undefined, configured: readonly string[]): readonly string[] {
  const some = configured.filter((region) => chosen?.includes(region));
  return some.length > 0 ? some : configured;
}

/**
 * Run once an hour, after the grace for late ticks: asks for every shard in each of its regions to be rolled up.
 * Asking twice is harmless, and who is forgotten is caught up on an hour later.
 * @throws Unavailable when the shards or the queue are out of reach
 */
export function makePlan({ shards, regions, sendMany, clock }: PlanDeps): () => Promise<void> {
  return async () => {
    const hour = latestDue(clock.now());
    const wanted = (await shards.everyShard()).flatMap(({ id, regions: chosen }) =>
      regionsOf(chosen, regions).map((region, index): Omit<RollupMessage, "v"> => {
        const recount = index === 0 ? { recount: true as const } : {};
        return { shard: id, region, hour, ...recount };
      }),
    );
    const texts = wanted.map((one, index) => ({
      body: writeRollup(one),
      delayS: Math.floor((index * SPREAD_S) / wanted.length),
    }));
    await sendMany(texts);
  };
}
