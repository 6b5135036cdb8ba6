import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { BUCKET_MS } from "../../lib/core/history/bucket.ts";
import type { Clock, ShardMembers, ShardRegion } from "../../lib/core/ports.ts";
import { GRACE_MS, type RollupEvent, type RollupResult } from "./handle.ts";
import { type RollupMessage, readRollup } from "./message.ts";

export interface QueueDeps {
  rollup: (event: RollupEvent<ShardRegion>) => Promise<RollupResult>;
  shards: Pick<ShardMembers, "recount">;
  /** Plans an hour. */
  plan: () => Promise<void>;
  clock: Pick<Clock, "now">;
  onFault: (error: unknown) => void;
}

/** What the function is given: messages of the rollup queue, or once an hour the wish to plan. */
export type RollupInvocation = { Records: readonly Pick<SQSRecord, "messageId" | "body">[] } | { plan: true };

/**
 * Handles both. A message whose work failed, or could not be done to its end in the time there is, comes back and goes
 * on where it stopped; one that can't be read comes back until it ends in the dead letters.
 * @throws Unavailable when planning could not be done
 */
export function makeQueueHandle(
  deps: QueueDeps,
): (event: RollupInvocation, mayGoOn: () => boolean) => Promise<SQSBatchResponse> {
  const { rollup, shards, clock, onFault } = deps;

  /** Answers whether the hour wanted is rolled up. */
  async function rollUp({ shard, region, hour }: RollupMessage, mayGoOn: () => boolean): Promise<boolean> {
    const now = Math.min(clock.now(), hour + BUCKET_MS.hour + GRACE_MS);
    return !(await rollup({ scope: { shard, region }, now, mayGoOn })).more;
  }

  async function handleOne(body: string, mayGoOn: () => boolean): Promise<boolean> {
    const message = readRollup(body);
    const done = await rollUp(message, mayGoOn);
    if (done && message.recount) await shards.recount(message.shard);
    return done;
  }

  return async (event, mayGoOn) => {
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    if ("plan" in event) {
      await deps.plan();
      return { batchItemFailures };
    }
    for (const { messageId, body } of event.Records) {
      const done = await handleOne(body, mayGoOn).catch((error: unknown) => {
        onFault(error);
        return false;
      });
      if (!done) batchItemFailures.push({ itemIdentifier: messageId });
    }
    return { batchItemFailures };
  };
}
