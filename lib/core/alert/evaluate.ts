import { silentAfterMs } from "../availability/window.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { Unavailable, VigieError } from "../errors.ts";
import type { AlertStore, AlertWrite, Clock, EndpointStore, TickLog, Versioned } from "../ports.ts";
import { type Attempts, makeAttempts } from "./attempts.ts";
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
  return state.verdict === "up" && state.flapping.since === null
    ? null // what is still unsent tells of incidents that had ended before
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
  ids: readonly string[],
  posted: ReadonlyMap<string, readonly RegionOutcome[]>,
  now: number,
): Promise<Case[]> {
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

const unjudged = (id: string, cause: unknown): VigieError =>
  new VigieError(
    "judgement_failed",
    `Endpoint ${id} could not be judged (${cause instanceof Error ? cause.message : String(cause)}); the others were. Look at its alert settings.`,
    { cause },
  );

/** The writes of all cases; one that can't be judged holds back no other. */
async function writesFor(
  cases: readonly Case[],
  states: ReadonlyMap<string, Versioned<AlertState>>,
  now: number,
  attempts: Attempts,
): Promise<AlertWrite[]> {
  const writes: AlertWrite[] = [];
  for (const found of cases) {
    const write = await attempts.attempt(() => {
      try {
        return writeFor(found, states.get(found.id), now);
      } catch (error) {
        throw unjudged(found.id, error);
      }
    }, null);
    if (write !== null) writes.push(write);
  }
  return writes;
}

/**
 * Judges endpoints of one organization with what the tick log has and what was posted, and stores each answer by
 * one conditional write; who loses a race reads again and judges again. States are read before the endpoints: an
 * edit in between has written the state too, so that a judgement by the old promises is never stored.
 * @param posted endpoint id -> outcomes the tick log may not have yet (empty: judge by the log alone)
 * @throws Unavailable when writes keep colliding: the caller's queue repeats the call, which is harmless
 * @throws VigieError `judgement_failed` when an endpoint could not be judged, after all others were
 */
export async function evaluate(
  deps: EvaluateDeps,
  org: string,
  posted: ReadonlyMap<string, readonly RegionOutcome[]>,
): Promise<void> {
  const now = deps.clock.now();
  const attempts = makeAttempts();
  let open = [...posted.keys()];
  for (let attempt = 0; open.length > 0 && attempt < MOST_ATTEMPTS; attempt++) {
    const states = await deps.alerts.getMany(org, open);
    const cases = await casesOf(deps, org, open, posted, now);
    const writes = await writesFor(cases, states, now, attempts);
    open = writes.length === 0 ? [] : (await deps.alerts.putMany(writes)).conflicts;
  }
  if (open.length > 0) {
    throw new Unavailable(
      `alert state of ${open.length} endpoints kept changing; the call has to be repeated`,
    );
  }
  attempts.end();
}
