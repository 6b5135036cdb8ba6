import type { CloseReason, Incident } from "../incident/incident.ts";
import { calm } from "./flapping.ts";
import { withRecord } from "./pending.ts";
import type { AlertState } from "./state.ts";

const closed = (incident: Incident, reason: CloseReason, now: number): Incident => ({
  ...incident,
  revision: incident.revision + 1,
  endedAt: now,
  closed: reason,
});

/**
 * What an edit of url or expectations, a pause, a resume or a deletion does (ALERTING rule 6): the window restarts
 * at `now` (epoch ms), an open incident is closed with the reason, its unsent messages are cancelled; only the
 * record of the closing stays to be written. For an endpoint never judged start from `initialState(policy)`.
 * @param revision of the policy that holds from now on
 */
export function closeFor(
  state: AlertState,
  reason: CloseReason,
  now: number,
  revision = state.revision,
): AlertState {
  const records = state.effects.filter((effect) => effect.do === "record");
  return {
    ...state,
    revision,
    windowStart: now,
    regions: {},
    verdict: "up",
    since: now,
    incident: null,
    effects: state.incident === null ? records : withRecord(records, closed(state.incident, reason, now)),
    flapping: calm,
  };
}
