import type { PhaseTimings } from "../check/measurement.ts";
import type { Outcome } from "../check/outcome.ts";
import type { Incident } from "../incident/incident.ts";
import type { Effect } from "./effect.ts";

/** An outcome as the alert rule sees it. Key: endpoint + region + scheduledAt. */
export interface RegionOutcome {
  region: string;
  /** Epoch ms of the tick. */
  scheduledAt: number;
  outcome: Outcome;
  totalMs: number;
  /** Phase timings of a failed check, for the evidence. */
  timings?: PhaseTimings;
  /** Our own fault: such an outcome does not exist for the rule. */
  invalid?: string;
  /** Posted by a probe, not read from the tick log: the log's word wins where both have one. */
  posted?: boolean;
}

export type Verdict = "up" | "degraded" | "down";

/** What is kept about one region between two steps. Times are epoch ms. */
export interface RegionState {
  failing: boolean;
  /** Tick at which it turned failing, or ok. */
  since: number;
  /** Ascending by scheduledAt, bounded by the window. */
  outcomes: RegionOutcome[];
  /** Last moment at which its vote was valid; null before its first vote. */
  lastVoteAt: number | null;
  /** From when on it has voted without a break; null while it does not. */
  votingSince: number | null;
  /** Set while it is set aside: silent for so long that others decide. */
  asideSince: number | null;
}

export interface FlappingState {
  /** Epoch ms of the latest changes to or from down, ascending, bounded. */
  changes: number[];
  /** Since when it is silent because of flapping; null when it is not. */
  since: number | null;
  /** Start of the `down` that was announced inside the flapping period. */
  announcedDownAt: number | null;
  /** The incident in which the flapping period began: its last message belongs there. */
  incidentId: string | null;
}

/** All that the rule remembers of one endpoint; stored as one bounded item under one version. */
export interface AlertState {
  schema: 1;
  org: string;
  endpointId: string;
  revision: string;
  /** Outcomes scheduled before this don't count: creation, edit, resume. */
  windowStart: number;
  regions: Record<string, RegionState>;
  verdict: Verdict;
  /** Epoch ms since when the verdict holds. */
  since: number;
  incident: Incident | null;
  /** What is still to be done, oldest first. */
  effects: Effect[];
  flapping: FlappingState;
}

/** Whether a watchdog has to look at it: not `up`, something undone, or a flapping period to be ended. */
export const isTroubled = (state: AlertState): boolean =>
  state.verdict !== "up" || state.effects.length > 0 || state.flapping.since !== null;
