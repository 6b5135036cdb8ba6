import type { RegionStep } from "../availability/region.ts";
import { setAside } from "./aside.ts";
import { judgeRegions } from "./call.ts";
import { applyChange } from "./change.ts";
import { type Draft, nameFailing } from "./draft.ts";
import type { Effect } from "./effect.ts";
import { calm } from "./flapping.ts";
import { closeFor } from "./lifecycle.ts";
import type { Policy } from "./policy.ts";
import type { AlertState, RegionOutcome, RegionState } from "./state.ts";
import { endFlapping, timedEffects } from "./timed.ts";
import { verdictOf } from "./verdict.ts";

/** What one call brings. `evidence` is what clients report: nothing yet. */
export interface StepInput {
  outcomes: readonly RegionOutcome[];
  evidence: readonly never[];
}

/** The state of an endpoint that was never judged. */
export const initialState = (policy: Policy): AlertState => ({
  schema: 1,
  org: policy.org,
  endpointId: policy.endpointId,
  revision: policy.revision,
  windowStart: 0,
  regions: {},
  verdict: "up",
  since: 0,
  incident: null,
  effects: [],
  flapping: calm,
});

/** All that was judged so far was judged by other expectations: it starts afresh after the latest tick known. */
function current(policy: Policy, previous: AlertState | null, now: number): AlertState {
  if (previous === null) return initialState(policy);
  if (previous.revision === policy.revision) return previous;
  const seen = Object.values(previous.regions).map(({ outcomes }) => outcomes.at(-1)?.scheduledAt ?? 0);
  return {
    ...closeFor(previous, "edited", now),
    revision: policy.revision,
    windowStart: Math.max(0, ...seen) + 1,
  };
}

const statesOf = (regions: ReadonlyMap<string, RegionStep>): Record<string, RegionState> =>
  Object.fromEntries([...regions].map(([region, { state }]) => [region, state]));

/**
 * The one alert rule. Pure: the same call gives the same answer, and a call repeated on its own answer changes nothing.
 * @param previous null before the first call
 * @param now epoch ms
 * @returns the state to store by one conditional write, and the effects newly decided (they stand in the state too)
 */
export function step(
  policy: Policy,
  previous: AlertState | null,
  input: StepInput,
  now: number,
): { state: AlertState; effects: Effect[] } {
  const before = current(policy, previous, now);
  const judged = judgeRegions(policy, before, input.outcomes, now);
  const { call, aside } = setAside(judged);
  const state = { ...before, windowStart: call.from, regions: statesOf(call.regions) };
  const verdict = verdictOf(call, before.verdict, aside.length > 0);
  const start: Draft = { state, decided: [] };
  const changed = applyChange(start, call, verdict, aside);
  const named = nameFailing(changed, call);
  const settled = endFlapping(named, call);
  const done = timedEffects(settled, call);
  return { state: done.state, effects: done.decided };
}
