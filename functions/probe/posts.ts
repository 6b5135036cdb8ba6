import type { RegionOutcome } from "../../lib/core/alert/state.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { Clock, FailurePost, FailureRoute } from "../../lib/core/ports.ts";
import type { OnFault } from "./fault.ts";
import { outcomeOf } from "./record.ts";

/** Failures of one invocation on their way out, each with every outcome its endpoint had in the invocation. */
export interface Posts {
  /** Takes every outcome that counts; a failure makes its endpoint leave within a quarter of a second. */
  add(endpoint: Endpoint, record: CheckRecord): void;
  /** Sends what waits at once: no more will come soon. */
  flush(): void;
  /** Sends what waits at once and resolves when everything has been sent. */
  drain(): Promise<void>;
}

export interface PostsDeps {
  failureRoute: FailureRoute;
  clock: Clock;
  onFault: OnFault;
}

const GATHER_MS = 250;
const BATCH = 100;

function* batches<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}

export function makePosts({ failureRoute, clock, onFault }: PostsDeps): Posts {
  const outcomes = new Map<Endpoint, RegionOutcome[]>();
  const sending = new Set<Promise<void>>();
  let waiting = new Set<Endpoint>();

  function send(batch: readonly FailurePost[]): void {
    const sent = failureRoute
      .post(batch)
      .catch((error: unknown) => onFault(error, { what: "post of failures" }))
      .finally(() => sending.delete(sent));
    sending.add(sent);
  }

  function flush(): void {
    const posts = [...waiting].map((endpoint) => ({
      org: endpoint.org,
      endpointId: endpoint.id,
      outcomes: [...(outcomes.get(endpoint) ?? [])],
    }));
    waiting = new Set();
    for (const batch of batches(posts)) send(batch);
  }

  return {
    add(endpoint, record) {
      outcomes.set(endpoint, [...(outcomes.get(endpoint) ?? []), outcomeOf(record)]);
      if (record.outcome === "ok") return;
      if (waiting.size === 0) void clock.sleep(GATHER_MS).then(flush);
      waiting.add(endpoint);
    },
    flush,
    async drain() {
      flush();
      await Promise.all(sending);
    },
  };
}
