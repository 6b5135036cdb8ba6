import { type RegionStep, watchedMs } from "../availability/region.ts";
import { type Call, votesOk } from "./call.ts";

const ASIDE_AFTER_MS = 30 * 60_000;

/** How long a failing region may go without a vote before the others decide without it. */
const asideAfterMs = (call: Call): number => Math.max(ASIDE_AFTER_MS, 3 * call.policy.windowMs);

function isOverdue(call: Call, step: RegionStep): boolean {
  if (!step.state.failing || step.vote !== null) return false;
  const { lastVoteAt, since } = step.state;
  return watchedMs(call.policy, lastVoteAt ?? since, call.now) >= asideAfterMs(call);
}

/** Votes ok now and has voted throughout the time in which the other was silent. */
function canSpeakForOthers(call: Call, step: RegionStep): boolean {
  if (!votesOk(step) || step.state.votingSince === null) return false;
  return watchedMs(call.policy, step.state.votingSince, call.now) >= asideAfterMs(call);
}

/**
 * Sets aside failing regions that have had no vote for long while another voted throughout and votes ok
 * (ALERTING rule 3). Returns the regions after that and the names of those set aside in this call.
 */
export function setAside(call: Call): { call: Call; aside: string[] } {
  const steps = [...call.regions];
  if (!steps.some(([, step]) => canSpeakForOthers(call, step))) return { call, aside: [] };
  const aside = steps.filter(([, step]) => isOverdue(call, step)).map(([region]) => region);
  const regions = new Map(
    steps.map(([region, step]): [string, RegionStep] => {
      if (!aside.includes(region)) return [region, step];
      return [
        region,
        { ...step, state: { ...step.state, failing: false, since: call.now, asideSince: call.now } },
      ];
    }),
  );
  return { call: { ...call, regions }, aside };
}
