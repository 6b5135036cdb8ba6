import { makeAttempts } from "../../lib/core/alert/attempts.ts";
import { type DeliverDeps, deliverFresh } from "../../lib/core/alert/deliver.ts";
import { type EvaluateDeps, evaluate } from "../../lib/core/alert/evaluate.ts";
import type { RegionOutcome } from "../../lib/core/alert/state.ts";
import type { FailurePost } from "../../lib/core/ports.ts";

export type FailureDeps = EvaluateDeps & DeliverDeps;

/** What was posted about each endpoint, by organization; several posts of one endpoint are one call of the rule. */
function byOrganization(posts: readonly FailurePost[]): Map<string, Map<string, RegionOutcome[]>> {
  const orgs = new Map<string, Map<string, RegionOutcome[]>>();
  for (const { org, endpointId, outcomes } of posts) {
    const endpoints = orgs.get(org) ?? new Map<string, RegionOutcome[]>();
    endpoints.set(endpointId, [...(endpoints.get(endpointId) ?? []), ...outcomes]);
    orgs.set(org, endpoints);
  }
  return orgs;
}

/**
 * Failures as they happen: judged at once, then delivered. Calling again with the same posts changes nothing, and
 * what fails holds up nothing else of the batch.
 * @throws Unavailable when a store is out of reach: whoever posted keeps the batch and posts again
 * @throws VigieError when an endpoint could not be judged
 */
export function makeHandle(deps: FailureDeps): (posts: readonly FailurePost[]) => Promise<void> {
  return async (posts) => {
    const attempts = makeAttempts();
    for (const [org, endpoints] of byOrganization(posts)) {
      const fresh = await attempts.attempt(() => evaluate(deps, org, endpoints, attempts), []);
      await attempts.attempt(() => deliverFresh(deps, org, fresh), null);
    }
    attempts.end();
  };
}
