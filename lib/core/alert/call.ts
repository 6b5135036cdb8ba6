import { countsFrom, newRegion, type RegionStep, stepRegion } from "../availability/region.ts";
import { availabilityOf, type Tally } from "../availability/window.ts";
import { maintenanceAt } from "./maintenance.ts";
import type { Policy } from "./policy.ts";
import type { AlertState, RegionOutcome, RegionState } from "./state.ts";

/** One call of the rule, once every region has been judged: what the later decisions look at. */
export interface Call {
  policy: Policy;
  now: number;
  /** Inside maintenance: state is kept, nothing new is announced. */
  muted: boolean;
  /** Start of what counts. */
  from: number;
  regions: ReadonlyMap<string, RegionStep>;
  /** The latest tick known: the `time` of messages. */
  tick: number;
}

/** Clocks of regions differ by seconds; a tick further ahead than this is a mistake and doesn't exist. */
const CLOCK_SLACK_MS = 60_000;

const isAhead = ({ scheduledAt }: RegionOutcome, now: number): boolean => scheduledAt > now + CLOCK_SLACK_MS;

/** The clock was set back: what is kept of the time ahead would make every new tick history until that time comes. */
const withoutAhead = (region: RegionState, now: number): RegionState =>
  region.outcomes.some((outcome) => isAhead(outcome, now))
    ? { ...region, outcomes: region.outcomes.filter((outcome) => !isAhead(outcome, now)) }
    : region;

function existsFor(policy: Policy, outcome: RegionOutcome, now: number): boolean {
  if (outcome.invalid !== undefined || isAhead(outcome, now)) return false;
  return policy.maintenance.length === 0 || maintenanceAt(policy.maintenance, outcome.scheduledAt) === null;
}

/** Judges every configured region with the outcomes that exist for the rule (ALERTING rules 1 to 3). */
export function judgeRegions(
  policy: Policy,
  state: AlertState,
  outcomes: readonly RegionOutcome[],
  now: number,
): Call {
  const from = countsFrom(policy, state.windowStart, now);
  const byRegion = Map.groupBy(
    outcomes.filter((outcome) => existsFor(policy, outcome, now)),
    (outcome) => outcome.region,
  );
  const regions = new Map<string, RegionStep>();
  for (const region of policy.regions) {
    const previous = withoutAhead(state.regions[region] ?? newRegion(), now);
    regions.set(region, stepRegion(policy, previous, byRegion.get(region) ?? [], from, now));
  }
  const latest = [...regions.values()].map(({ state }) => state.outcomes.at(-1)?.scheduledAt ?? 0);
  return {
    policy,
    now,
    muted: policy.maintenance.length > 0 && maintenanceAt(policy.maintenance, now) !== null,
    from,
    regions,
    tick: Math.max(...latest) > 0 ? Math.max(...latest) : now,
  };
}

/** ok / all over the voting regions' windows, 0 to 1; null when nobody votes. */
export function votedAvailability(regions: ReadonlyMap<string, RegionStep>): number | null {
  const votes = [...regions.values()].map(({ vote }) => vote).filter((vote) => vote !== null);
  if (votes.length === 0) return null;
  return availabilityOf(votes.reduce(plus));
}

const plus = (a: Tally, b: Tally): Tally => ({ ok: a.ok + b.ok, all: a.all + b.all });

export const votesOk = (step: RegionStep): boolean => step.vote !== null && !step.state.failing;
