import type { CheckRecord } from "../../lib/core/check/record.ts";
import { VigieError } from "../../lib/core/errors.ts";
import type { MetricsSink } from "../../lib/core/ports.ts";

/** What of an SQS event is looked at. */
export interface ReplayEvent {
  Records: readonly { messageId: string; body: string }[];
}

/** Names the messages that SQS has to keep; the others are done. */
export interface ReplayResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

export interface ReplayDeps {
  /** Reads a message; throws VigieError `bad_message` for what is none. */
  read(body: string): { sink: string; records: CheckRecord[] };
  /** Those that are configured, by name. */
  sinks: ReadonlyMap<string, MetricsSink>;
  /** Told why a message stays in the queue. */
  onFault(error: unknown, messageId: string): void;
}

export type ReplayHandle = (event: ReplayEvent) => Promise<ReplayResponse>;

const missing = (name: string): VigieError =>
  new VigieError(
    "sink_missing",
    `Records wait for ${name}, which is configured no longer. They end in the dead letters: configure it again and ` +
      "redrive them, or delete them.",
  );

/**
 * Writes what waited in the metrics queue to its sink. A message fails by itself: SQS hands it out again, and once it
 * did so often enough it is a dead letter. A sink that failed once is not asked again in the same batch.
 */
export function makeHandle({ read, sinks, onFault }: ReplayDeps): ReplayHandle {
  async function replay(body: string, failed: Map<string, unknown>): Promise<void> {
    const { sink: name, records } = read(body);
    const sink = sinks.get(name);
    if (sink === undefined) throw missing(name);
    if (failed.has(name)) throw failed.get(name);
    try {
      await sink.write(records);
    } catch (error) {
      failed.set(name, error);
      throw error;
    }
  }

  return async ({ Records }) => {
    const failed = new Map<string, unknown>();
    const batchItemFailures: ReplayResponse["batchItemFailures"] = [];
    for (const { messageId, body } of Records) {
      try {
        await replay(body, failed);
      } catch (error) {
        batchItemFailures.push({ itemIdentifier: messageId });
        onFault(error, messageId);
      }
    }
    return { batchItemFailures };
  };
}
