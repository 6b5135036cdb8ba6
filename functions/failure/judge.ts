import type { Attempts } from "../../lib/core/alert/attempts.ts";
import { type DeliverDeps, type Delivered, deliver, deliverFresh } from "../../lib/core/alert/deliver.ts";
import { type EvaluateDeps, evaluate } from "../../lib/core/alert/evaluate.ts";
import type { RegionOutcome } from "../../lib/core/alert/state.ts";
import type { FailurePost } from "../../lib/core/ports.ts";

export type FailureDeps = EvaluateDeps & DeliverDeps;

/** What is to be done in one organization, all in one call of the rule. */
export interface Work {
  org: string;
  /** Endpoint id -> outcomes posted; empty: judged by the tick log alone. */
  endpoints: Map<string, RegionOutcome[]>;
  /** Whatever waits in the organization is sent, not just what this judges. */
  deliver: boolean;
}

/** Work by organization, in the making. */
export type WorkList = Map<string, Work>;

export function workIn(list: WorkList, org: string): Work {
  const work = list.get(org) ?? { org, endpoints: new Map<string, RegionOutcome[]>(), deliver: false };
  list.set(org, work);
  return work;
}

/** Several posts of one endpoint are one call of the rule. */
export function addPosts(list: WorkList, posts: readonly FailurePost[]): void {
  for (const { org, endpointId, outcomes } of posts) {
    const { endpoints } = workIn(list, org);
    endpoints.set(endpointId, [...(endpoints.get(endpointId) ?? []), ...outcomes]);
  }
}

/** Judges, then delivers; what fails holds up nothing else and is told to `attempts`. */
export async function carryOut(deps: FailureDeps, work: Work, attempts: Attempts): Promise<Delivered> {
  const { org, endpoints } = work;
  const fresh =
    endpoints.size === 0 ? [] : await attempts.attempt(() => evaluate(deps, org, endpoints, attempts), []);
  return work.deliver ? deliver(deps, org, fresh, attempts) : deliverFresh(deps, org, fresh, attempts);
}
