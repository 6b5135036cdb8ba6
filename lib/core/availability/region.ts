import { lastEndBefore, overlapMs } from "../alert/maintenance.ts";
import type { Policy } from "../alert/policy.ts";
import { slimMiddle } from "../alert/slim.ts";
import type { RegionOutcome, RegionState } from "../alert/state.ts";
import { mergeTicks } from "./merge.ts";
import { availabilityOf, enoughFor, silentAfterMs, type Tally, tally, windowAt } from "./window.ts";

/** One region after a call: its new state, its vote (null: silent, or not enough records) and what changed. */
export interface RegionStep {
  state: RegionState;
  vote: Tally | null;
  newlyFailing: boolean;
  recovered: boolean;
}

export const newRegion = (): RegionState => ({
  failing: false,
  since: 0,
  outcomes: [],
  lastVoteAt: null,
  votingSince: null,
  asideSince: null,
});

/** Milliseconds from one instant to another, time inside maintenance left out: that is no silence. */
export function watchedMs(policy: Policy, from: number, to: number): number {
  return to - from - (policy.maintenance.length === 0 ? 0 : overlapMs(policy.maintenance, from, to));
}

/** Whether a region whose latest tick is this old has fallen silent. */
export const isSilent = (policy: Policy, latestAt: number, now: number): boolean =>
  watchedMs(policy, latestAt, now) > silentAfterMs(policy.intervalMs);

/** Before this, outcomes don't count: the window's restart, or the end of the latest maintenance. */
export function countsFrom(policy: Policy, windowStart: number, now: number): number {
  if (policy.maintenance.length === 0) return windowStart;
  return Math.max(windowStart, lastEndBefore(policy.maintenance, now) ?? windowStart);
}

interface VoteHistory {
  lastVoteAt: number | null;
  votingSince: number | null;
}

/** Follows the ticks after `seenUntil` one by one, so that the record doesn't depend on how often we were called. */
function voteHistory(
  policy: Policy,
  known: VoteHistory,
  ticks: readonly RegionOutcome[],
  seen: { until: number | null; from: number },
  now: number,
): VoteHistory {
  const enough = enoughFor(policy.expected);
  let { lastVoteAt, votingSince } = known;
  let before = seen.until ?? lastVoteAt ?? 0; // maintenance ended: no outcome from before it is left
  for (const [end, { scheduledAt }] of ticks.entries()) {
    if (seen.until !== null && scheduledAt < seen.until) continue;
    if (isSilent(policy, before, scheduledAt)) votingSince = null;
    before = scheduledAt;
    if (windowAt(policy, ticks, end).length < enough) {
      const fillsAnew = scheduledAt - seen.from < enough * policy.intervalMs;
      if (!fillsAnew) votingSince = null;
    } else {
      votingSince ??= scheduledAt;
      lastVoteAt = Math.max(lastVoteAt ?? 0, Math.min(now, scheduledAt + silentAfterMs(policy.intervalMs)));
    }
  }
  return { lastVoteAt, votingSince };
}

function voteNow(policy: Policy, window: readonly RegionOutcome[], now: number): Tally | null {
  const latest = window.at(-1);
  if (latest === undefined || isSilent(policy, latest.scheduledAt, now)) return null;
  return window.length < enoughFor(policy.expected) ? null : tally(window);
}

const failed = (tick: RegionOutcome): boolean => tick.outcome !== "ok";

/** ALERTING rule 3, ok -> failing: at or below the threshold, and the latest `confirm` outcomes failed. */
function startsFailing(policy: Policy, window: readonly RegionOutcome[], vote: Tally): boolean {
  if (availabilityOf(vote) > policy.threshold || window.length < policy.confirm) return false;
  return window.slice(-policy.confirm).every(failed);
}

/** ALERTING rule 3, failing -> ok: above the threshold, or a whole window of successes since, however old. */
function stopsFailing(
  policy: Policy,
  state: RegionState,
  ticks: readonly RegionOutcome[],
  vote: Tally | null,
) {
  if (vote !== null && availabilityOf(vote) > policy.threshold) return true;
  const since = ticks.filter((tick) => tick.scheduledAt > state.since).slice(-policy.expected);
  return since.length === policy.expected && !since.some(failed);
}

/**
 * Judges one region at its own latest tick (ALERTING rules 2 and 3).
 * @param incoming outcomes of this region that exist for the rule: valid, outside maintenance
 * @param from outcomes scheduled before this don't count
 */
export function stepRegion(
  policy: Policy,
  previous: RegionState,
  incoming: readonly RegionOutcome[],
  from: number,
  now: number,
): RegionStep {
  const ticks = mergeTicks(policy, previous.outcomes, incoming).filter((tick) => tick.scheduledAt >= from);
  const seen = { until: previous.outcomes.at(-1)?.scheduledAt ?? null, from };
  const window = windowAt(policy, ticks);
  const vote = voteNow(policy, window, now);
  const history = voteHistory(policy, previous, ticks, seen, now);
  const newlyFailing = !previous.failing && vote !== null && startsFailing(policy, window, vote);
  const recovered = previous.failing && stopsFailing(policy, previous, ticks, vote);
  return {
    state: {
      failing: previous.failing ? !recovered : newlyFailing,
      since: newlyFailing || recovered ? (ticks.at(-1)?.scheduledAt ?? now) : previous.since,
      outcomes: slimMiddle(ticks.slice(-policy.expected), policy.regions.length),
      lastVoteAt: history.lastVoteAt,
      votingSince: history.votingSince,
      asideSince: vote === null ? previous.asideSince : null,
    },
    vote,
    newlyFailing,
    recovered,
  };
}
