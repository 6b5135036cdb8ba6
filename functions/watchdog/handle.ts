import { makeAttempts } from "../../lib/core/alert/attempts.ts";
import { type DeliverDeps, deliver } from "../../lib/core/alert/deliver.ts";
import { type EvaluateDeps, evaluate } from "../../lib/core/alert/evaluate.ts";
import type { AlertStore, TroubledEndpoint } from "../../lib/core/ports.ts";

export type WatchdogDeps = EvaluateDeps & DeliverDeps & { alerts: Pick<AlertStore, "troubled"> };

/**
 * Every minute: looks at what is not `up` or has something undone. Recoveries, reminders, degraded that lasted,
 * the end of flapping and of maintenance are decided here, and what was not sent is sent again.
 * @returns whether messages are still pending
 * @throws what failed first, once everything else was done
 */
export function makeHandle(deps: WatchdogDeps): () => Promise<{ pending: boolean }> {
  return async () => {
    const attempts = makeAttempts();
    const fresh = new Map<string, string[]>();
    for await (const page of deps.alerts.troubled())
      for (const [org, ids] of byOrganization(page)) {
        const written = await attempts.attempt(() => evaluate(deps, org, unposted(ids), attempts), []);
        fresh.set(org, [...(fresh.get(org) ?? []), ...written]);
      }
    let pending = false;
    for (const [org, ids] of fresh) {
      const delivered = await attempts.attempt(() => deliver(deps, org, ids), { pending: true });
      pending ||= delivered.pending;
    }
    attempts.end();
    return { pending };
  };
}

const byOrganization = (page: readonly TroubledEndpoint[]): Map<string, string[]> => {
  const groups = Map.groupBy(page, ({ org }) => org);
  return new Map([...groups].map(([org, group]) => [org, group.map(({ endpointId }) => endpointId)]));
};

/** Judged by the tick log alone. */
const unposted = (ids: readonly string[]): Map<string, []> => new Map(ids.map((id) => [id, []]));
