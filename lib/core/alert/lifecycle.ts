import type { CloseReason, Incident } from "../incident/incident.ts";
import { calm } from "./flapping.ts";
import { withRecord } from "./pending.ts";
import type { AlertState } from "./state.ts";

const closed = (incident: Incident, reason: CloseReason, now: number): Incident => ({
  ...incident,
  revision: incident.revision + 1,
  endedAt: Math.max(incident.startedAt, now),
  closed: reason,
});

/**
 * What an edit of url or expectations, a pause, a resume or a deletion does (ALERTING rule 6): the window restarts
 * at `now` (epoch ms), an open incident is closed with the reason, its unsent messages are cancelled. What stays is
 * the record of the closing, and what is unsent about incidents that had ended before. For an endpoint never judged start from `initialState(policy)`.
 * @param revision of the policy that holds from now on
 */
export function closeFor(
  state: AlertState,
  reason: CloseReason,
  now: number,
  revision = state.revision,
): AlertState {
  const { incident } = state;
  const kept = state.effects.filter((effect) => effect.do === "record" || effect.incidentId !== incident?.id);
  return {
    ...state,
    revision,
    windowStart: now,
    regions: {},
    verdict: "up",
    since: now,
    incident: null,
    effects: incident === null ? kept : withRecord(kept, closed(incident, reason, now)),
    flapping: calm,
  };
}
