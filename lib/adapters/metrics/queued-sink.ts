import type { CheckRecord } from "../../core/check/record.ts";
import { Unavailable, VigieError } from "../../core/errors.ts";
import type { Clock, MetricsQueue, MetricsSink } from "../../core/ports.ts";

export interface QueuedSinkOptions {
  sink: MetricsSink;
  queue: MetricsQueue;
  clock: Clock;
  /** Told why the sink did not take records, once the queue has them. */
  onFault(error: unknown): void;
}

/** How long a write waits for the sink: what holds it up holds up an invocation that is paid for. */
const PATIENCE_MS = 2_000;
/** After a failure the queue takes everything for this long: a sink that is away is not waited for at every write. */
const REST_MS = 30_000;

/**
 * A sink whose failed writes wait in a queue. One that is slow has failed: it may still take the records, and taking
 * them again from the queue changes nothing.
 * `write` throws Unavailable only when the queue does not take the records either: then they are nowhere.
 */
export function makeQueuedSink({ sink, queue, clock, onFault }: QueuedSinkOptions): MetricsSink {
  let restsUntil = Number.NEGATIVE_INFINITY;

  async function writeInTime(records: readonly CheckRecord[]): Promise<void> {
    const over = new AbortController();
    const tooLate = clock.sleep(PATIENCE_MS, over.signal).then(() => {
      if (!over.signal.aborted) throw new Unavailable(`The metrics sink took longer than ${PATIENCE_MS} ms.`);
    });
    try {
      await Promise.race([sink.write(records), tooLate]);
    } finally {
      over.abort();
    }
  }

  async function keep(records: readonly CheckRecord[], why: unknown): Promise<void> {
    try {
      await queue.put(records);
    } catch (cause) {
      const said = [why, cause].map((error) =>
        error instanceof VigieError ? error.message : "a fault of our own",
      );
      throw new Unavailable(
        `Neither a metrics sink nor its queue took ${records.length} records: ${said.join(" ")}`,
        {
          cause,
        },
      );
    }
  }

  return {
    async write(records) {
      if (records.length === 0) return;
      const rest = restsUntil - clock.now();
      if (rest > 0 && rest <= REST_MS) return keep(records, new Unavailable("It failed a moment ago."));
      try {
        await writeInTime(records);
      } catch (why) {
        restsUntil = clock.now() + REST_MS;
        await keep(records, why);
        onFault(why);
      }
    },
  };
}
