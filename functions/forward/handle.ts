import type { SQSBatchResponse } from "aws-lambda";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { inParallel } from "../../lib/core/parallel.ts";
import type { FailurePost, TickLog, TickPlace } from "../../lib/core/ports.ts";

/** What of an SQS event is looked at. */
export interface ForwardEvent {
  Records: readonly { messageId: string; body: string }[];
}

/** What waited in the region's queue. */
export type Kept =
  | { type: "failures"; posts: FailurePost[] }
  | { type: "ticks"; place: TickPlace; records: CheckRecord[] };

export interface ForwardDeps {
  /** Reads a message; throws VigieError `bad_message` for what is none. */
  read(body: string): Kept;
  /** Posts failures to home; throws while it is away. */
  post(posts: readonly FailurePost[]): Promise<void>;
  /** Home's. */
  ticks: Pick<TickLog, "append">;
  /** Told why a message stays in the queue. */
  onFault(error: unknown, messageId: string): void;
}

const AT_ONCE = 5;

/**
 * Brings home what it did not take. Each message fails by itself: SQS hands it out again, and once it did so often
 * enough it is a dead letter. Bringing one twice changes nothing.
 */
export function makeHandle({ read, post, ticks, onFault }: ForwardDeps) {
  async function bring(body: string): Promise<void> {
    const kept = read(body);
    if (kept.type === "failures") await post(kept.posts);
    else await ticks.append(kept.records, kept.place);
  }

  return async ({ Records }: ForwardEvent): Promise<SQSBatchResponse> => {
    const failed = await inParallel(Records, AT_ONCE, async ({ messageId, body }) => {
      try {
        await bring(body);
        return [];
      } catch (error) {
        onFault(error, messageId);
        return [{ itemIdentifier: messageId }];
      }
    });
    return { batchItemFailures: failed.flat() };
  };
}
