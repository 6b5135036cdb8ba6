import type { TickLog } from "../../core/ports.ts";
import { writeTicks } from "./forward-message.ts";
import type { Queue } from "./send.ts";

export interface ForwardedTicksOptions {
  /** Home's. */
  ticks: Pick<TickLog, "append">;
  /** This region's forward queue. */
  queue: Queue;
  /** Told why home did not take them, once the queue has. */
  onFault(error: unknown): void;
}

/**
 * A tick log that loses nothing while home is away: what it does not take waits in the region's queue, from where it is
 * appended later. Written twice is harmless: a write that timed out may have arrived.
 * `append` throws what home threw when the queue does not take it either.
 */
export function forwardedTicks({ ticks, queue, onFault }: ForwardedTicksOptions): Pick<TickLog, "append"> {
  async function keep(records: Parameters<TickLog["append"]>[0], place: Parameters<TickLog["append"]>[1]) {
    await Promise.all(writeTicks(records, place).map((text) => queue.send(text)));
  }
  return {
    async append(records, place) {
      try {
        await ticks.append(records, place);
      } catch (refused) {
        await keep(records, place).catch((error: unknown) => {
          onFault(error);
          throw refused;
        });
        onFault(refused);
      }
    },
  };
}
