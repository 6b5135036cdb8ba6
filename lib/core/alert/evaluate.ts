import { silentAfterMs } from "../availability/window.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { Unavailable } from "../errors.ts";
import type { AlertStore, AlertWrite, Clock, EndpointStore, TickLog, Versioned } from "../ports.ts";
import { closeFor } from "./lifecycle.ts";
import { type Policy, policyOf } from "./policy.ts";
import type { AlertState, RegionOutcome } from "./state.ts";
import { step } from "./step.ts";
import { countsForMs } from "./verdict.ts";

export interface EvaluateDeps {
  endpoints: Pick<EndpointStore, "getMany">;
  ticks: Pick<TickLog, "outcomes">;
  alerts: Pick<AlertStore, "getMany" | "putMany">;
  clock: Pick<Clock, "now">;
  /** Every region that is configured to check. */
  regions: readonly string[];
}

const MOST_ATTEMPTS = 5;

/** How far back the tick log is read: the window, the silence that ends a vote, and the time a vote still counts. */
export const lookbackMs = (policy: Policy): number =>
  (policy.expected + 2) * policy.intervalMs +
  silentAfterMs(policy.intervalMs) +
  countsForMs(policy.intervalMs);

/** Loads each endpoint's recent outcomes; endpoints with the same look-back are read together. */
async function recentOutcomes(deps: EvaluateDeps, org: string, policies: readonly Policy[], now: number) {
  const byLookback = Map.groupBy(policies, lookbackMs);
  const found = await Promise.all(
    [...byLookback].map(([lookback, group]) =>
      deps.ticks.outcomes(
        org,
        group.map(({ endpointId }) => endpointId),
        now - lookback,
        now,
      ),
    ),
  );
  return new Map(found.flatMap((outcomes) => [...outcomes]));
}

/** What becomes of the state of an endpoint that is not checked any more; null when nothing has to. */
function retired(state: AlertState | null, endpoint: Endpoint | undefined, now: number): AlertState | null {
  if (state === null) return null;
  const nothingOpen = state.verdict === "up" && state.effects.every((effect) => effect.do === "record");
  return nothingOpen && state.flapping.since === null
    ? null
    : closeFor(state, endpoint === undefined ? "deleted" : "paused", now);
}

interface Case {
  id: string;
  endpoint: Endpoint | undefined;
  policy: Policy | null;
  outcomes: readonly RegionOutcome[];
}

/** The write that a case asks for, or null when it changes nothing. */
function writeFor(found: Case, stored: Versioned<AlertState> | undefined, now: number): AlertWrite | null {
  const before = stored?.value ?? null;
  const after =
    found.policy === null
      ? retired(before, found.endpoint, now)
      : step(found.policy, before, { outcomes: found.outcomes, evidence: [] }, now).state;
  if (after === null || JSON.stringify(after) === JSON.stringify(before)) return null;
  return { state: after, expected: stored?.version ?? null };
}

async function casesOf(
  deps: EvaluateDeps,
  org: string,
  posted: ReadonlyMap<string, readonly RegionOutcome[]>,
  now: number,
): Promise<Case[]> {
  const ids = [...posted.keys()];
  const stored = await deps.endpoints.getMany(org, ids);
  const cases = ids.map((id): Case => {
    const endpoint = stored.get(id)?.endpoint;
    const policy = endpoint?.enabled ? policyOf(endpoint, deps.regions) : null;
    return { id, endpoint, policy, outcomes: [] };
  });
  const policies = cases.flatMap(({ policy }) => policy ?? []);
  const logged = policies.length === 0 ? new Map() : await recentOutcomes(deps, org, policies, now);
  return cases.map((found) => ({
    ...found,
    outcomes: [
      ...(logged.get(found.id) ?? []),
      ...(posted.get(found.id) ?? []).map((outcome) => ({ ...outcome, posted: true })),
    ],
  }));
}

/**
 * Judges endpoints of one organization with what the tick log has and what was posted, and stores each answer by
 * one conditional write; who loses a race reads again and judges again.
 * @param posted endpoint id -> outcomes the tick log may not have yet (empty: judge by the log alone)
 * @throws Unavailable when writes keep colliding: the caller's queue repeats the call, which is harmless
 */
export async function evaluate(
  deps: EvaluateDeps,
  org: string,
  posted: ReadonlyMap<string, readonly RegionOutcome[]>,
): Promise<void> {
  const now = deps.clock.now();
  let open = await casesOf(deps, org, posted, now);
  for (let attempt = 0; open.length > 0 && attempt < MOST_ATTEMPTS; attempt++) {
    const ids = open.map(({ id }) => id);
    const states = await deps.alerts.getMany(org, ids);
    const writes = open.flatMap((found) => writeFor(found, states.get(found.id), now) ?? []);
    const { conflicts } = writes.length === 0 ? { conflicts: [] } : await deps.alerts.putMany(writes);
    open = open.filter(({ id }) => conflicts.includes(id));
  }
  if (open.length > 0) {
    throw new Unavailable(
      `alert state of ${open.length} endpoints kept changing; the call has to be repeated`,
    );
  }
}
