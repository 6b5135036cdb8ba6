import { closeFor } from "../../lib/core/alert/lifecycle.ts";
import { policyOf } from "../../lib/core/alert/policy.ts";
import { initialState } from "../../lib/core/alert/step.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { Unavailable } from "../../lib/core/errors.ts";
import type { CloseReason } from "../../lib/core/incident/incident.ts";
import type { AlertStore, Clock } from "../../lib/core/ports.ts";

export interface RestartDeps {
  alerts: AlertStore;
  clock: Clock;
  regions: readonly string[];
}

/** Somebody else's write of the same state in between is normal; this many in a row are not. */
const ATTEMPTS = 8;

/**
 * Why a change of an endpoint restarts its judgement (ALERTING rule 6), or null when it doesn't: an edit of url or
 * expectations, a pause, a resume, a deletion (`after` null).
 */
export function restartReason(
  before: Endpoint,
  after: Endpoint | null,
  regions: readonly string[],
): CloseReason | null {
  if (after === null) return "deleted";
  if (before.enabled && !after.enabled) return "paused";
  const edited = policyOf(before, regions).revision !== policyOf(after, regions).revision;
  return edited || before.enabled !== after.enabled ? "edited" : null;
}

/**
 * Carries out what a change of an endpoint means for its alert state: where it matters, the window restarts, an open
 * incident is closed with the reason and what was unsent about it is cancelled. Call it after the change is stored.
 * @throws Unavailable when others kept writing the same state.
 */
export async function restartJudgement(
  deps: RestartDeps,
  before: Endpoint,
  after: Endpoint | null,
): Promise<void> {
  const reason = restartReason(before, after, deps.regions);
  if (reason === null) return;
  const policy = policyOf(after ?? before, deps.regions);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await deps.alerts.get(before.org, before.id);
    if (stored === null && after === null) return; // never judged, and never will be
    const present = stored?.value ?? initialState(policy);
    const state = closeFor(present, reason, deps.clock.now(), policy.revision);
    const { conflicts } = await deps.alerts.putMany([{ state, expected: stored?.version ?? null }]);
    if (conflicts.length === 0) return;
  }
  throw new Unavailable(
    `The alert state of ${before.id} kept changing; its incident is closed at the next evaluation.`,
  );
}
