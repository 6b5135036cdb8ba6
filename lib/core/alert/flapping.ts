import { watchedMs } from "../availability/region.ts";
import type { Call } from "./call.ts";
import type { Policy } from "./policy.ts";
import type { FlappingState } from "./state.ts";

export const calm: FlappingState = { changes: [], since: null, announcedDownAt: null, incidentId: null };

/** Notes a change to or from `down`; tells whether a flapping period begins with it: never unsaid, so not while muted. */
export function noteChange(
  { policy, now, muted }: Pick<Call, "policy" | "now" | "muted">,
  state: FlappingState,
  incidentId: string,
) {
  const { flapping } = policy;
  if (flapping === null) return { flapping: state, begins: false };
  const recent = [...state.changes, now]
    .filter((at) => at > now - flapping.withinMs)
    .slice(-flapping.changes);
  const begins = !muted && state.since === null && recent.length >= flapping.changes;
  if (!begins) return { flapping: { ...state, changes: recent }, begins };
  return { flapping: { changes: recent, since: now, announcedDownAt: null, incidentId }, begins };
}

/** Whether the flapping period is over: no change for `quietMs`, maintenance left out (or the owner switched flapping off). */
export function isOver(policy: Policy, state: FlappingState, now: number): boolean {
  if (state.since === null) return false;
  const last = state.changes.at(-1) ?? state.since;
  return policy.flapping === null || watchedMs(policy, last, now) >= policy.flapping.quietMs;
}
