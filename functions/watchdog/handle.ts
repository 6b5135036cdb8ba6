import { makeAttempts } from "../../lib/core/alert/attempts.ts";
import { type DeliverDeps, deliver } from "../../lib/core/alert/deliver.ts";
import { type EvaluateDeps, evaluate } from "../../lib/core/alert/evaluate.ts";

export type WatchdogDeps = EvaluateDeps & DeliverDeps;

/**
 * Every minute: looks at what is not `up` or has something undone. Recoveries, reminders, degraded that lasted,
 * the end of flapping and of maintenance are decided here, and what was not sent is sent again.
 * @returns whether messages are still pending
 * @throws what failed first, once everything else was done
 */
export function makeHandle(deps: WatchdogDeps): () => Promise<{ pending: boolean }> {
  return async () => {
    const attempts = makeAttempts();
    const troubled = await deps.alerts.troubled();
    for (const [org, states] of Map.groupBy(troubled, ({ value }) => value.org)) {
      const unposted = new Map(states.map(({ value }) => [value.endpointId, []]));
      await attempts.attempt(() => evaluate(deps, org, unposted), undefined);
    }
    const delivered = await attempts.attempt(() => deliver(deps), { pending: true });
    attempts.end();
    return delivered;
  };
}
