import { silentAfterMs } from "../availability/window.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { Unavailable, VigieError } from "../errors.ts";
import type { AlertStore, AlertWrite, Clock, EndpointStore, TickLog, Versioned } from "../ports.ts";
import type { Attempts } from "./attempts.ts";
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
  /** The shard, where the store knows it. */
  place: Pick<AlertWrite, "shard">;
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
  return { state: after, expected: stored?.version ?? null, ...found.place };
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
    const { endpoint, shard } = stored.get(id) ?? {};
    const policy = endpoint?.enabled ? policyOf(endpoint, deps.regions) : null;
    return { id, endpoint, policy, place: shard === undefined ? {} : { shard }, outcomes: [] };
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

/** One endpoint could not be judged, while all others were. */
export class Unjudged extends VigieError {
  readonly endpointId: string;

  constructor(endpointId: string, { cause }: { cause: unknown }) {
    super(
      "judgement_failed",
      `Endpoint ${endpointId} could not be judged (${cause instanceof Error ? cause.message : String(cause)}); the others were. Look at its alert settings.`,
      { cause },
    );
    this.endpointId = endpointId;
  }
}

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
        throw new Unjudged(found.id, { cause: error });
      }
    }, null);
    if (write !== null) writes.push(write);
  }
  return writes;
}

/** Those whose state has effects once it is written. */
function withEffects(
  states: ReadonlyMap<string, Versioned<AlertState>>,
  writes: readonly AlertWrite[],
): string[] {
  const latest = new Map([...states].map(([id, { value }]) => [id, value]));
  for (const { state } of writes) latest.set(state.endpointId, state);
  return [...latest].flatMap(([id, { effects }]) => (effects.length > 0 ? [id] : []));
}

/**
 * Judges endpoints of one organization with what the tick log has and what was posted, and stores each answer by
 * one conditional write; who loses a race reads again and judges again. States are read before the endpoints: an
 * edit in between has written the state too, so that a judgement by the old promises is never stored.
 * @param posted endpoint id -> outcomes the tick log may not have yet (empty: judge by the log alone)
 * @returns the ids of those with effects to be carried out: an index may not know them yet
 * @param attempts told of an Unavailable when writes keep colliding (the caller's queue repeats the call, which is
 * harmless), and of an Unjudged for each endpoint that could not be judged
 * @throws Unavailable when a store is out of reach
 */
export async function evaluate(
  deps: EvaluateDeps,
  org: string,
  posted: ReadonlyMap<string, readonly RegionOutcome[]>,
  attempts: Attempts,
): Promise<string[]> {
  const now = deps.clock.now();
  const unsent = new Set<string>();
  let open = [...posted.keys()];
  for (let attempt = 0; open.length > 0 && attempt < MOST_ATTEMPTS; attempt++) {
    const states = await deps.alerts.getMany(org, open);
    const cases = await casesOf(deps, org, open, posted, now);
    const writes = await writesFor(cases, states, now, attempts);
    open = writes.length === 0 ? [] : (await deps.alerts.putMany(writes)).conflicts;
    for (const id of withEffects(states, writes)) unsent.add(id);
  }
  if (open.length > 0) {
    attempts.failed(
      new Unavailable(`alert state of ${open.length} endpoints kept changing; the call has to be repeated`),
    );
  }
  return [...unsent];
}
