import { type DeliverDeps, deliver } from "../../lib/core/alert/deliver.ts";
import { type EvaluateDeps, evaluate } from "../../lib/core/alert/evaluate.ts";

export type WatchdogDeps = EvaluateDeps & DeliverDeps;

/**
 * Every minute: looks at what is not `up` or has something undone. Recoveries, reminders, degraded that lasted,
 * the end of flapping and of maintenance are decided here, and what was not sent is sent again.
 * @returns whether messages are still pending
 */
export function makeHandle(deps: WatchdogDeps): () => Promise<{ pending: boolean }> {
  return async () => {
    const troubled = await deps.alerts.troubled();
    for (const [org, states] of Map.groupBy(troubled, ({ value }) => value.org)) {
      await evaluate(deps, org, new Map(states.map(({ value }) => [value.endpointId, []])));
    }
    return deliver(deps);
  };
}
