import { Unavailable } from "../../core/errors.ts";
import type { Clock, FailurePost, FailureRoute } from "../../core/ports.ts";

export interface DirectRouteOptions {
  /** The failure function, in this very process. */
  handle(batch: readonly FailurePost[]): Promise<void>;
  clock: Clock;
}

/** Waits between tries while a store is out of reach; in ms. */
const WAITS_MS = [250, 1_000, 4_000];

/**
 * A direct call in place of API Gateway and its queue. Posting the same batch again changes nothing, so it is
 * repeated while a store is out of reach.
 * @throws what the failure function threw last
 */
export function makeDirectRoute({ handle, clock }: DirectRouteOptions): FailureRoute {
  return {
    async post(batch) {
      for (const waitMs of WAITS_MS) {
        try {
          return await handle(batch);
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          await clock.sleep(waitMs);
        }
      }
      return handle(batch);
    },
  };
}
