import { isSilent, type RegionStep, watchedMs } from "../availability/region.ts";
import { type Call, votesOk } from "./call.ts";
import type { Policy } from "./policy.ts";
import type { AlertState, Verdict } from "./state.ts";

const COUNTS_FOR_MS = 10 * 60_000;

/** How long after its last vote a region still counts for the quorum (ALERTING rule 4). */
export const countsForMs = (intervalMs: number): number => Math.max(COUNTS_FOR_MS, 3 * intervalMs);

const rank: Record<Verdict, number> = { up: 0, degraded: 1, down: 2 };

/** Regions that count: those that voted lately and those still failing. */
function counts(call: Call, { state }: RegionStep): boolean {
  if (state.failing) return true;
  if (state.lastVoteAt === null || state.asideSince !== null) return false;
  return watchedMs(call.policy, state.lastVoteAt, call.now) <= countsForMs(call.policy.intervalMs);
}

/** Failing regions needed for `down`: at least 2 when several are configured. */
function quorumOf(policy: Policy, counting: number): number {
  const asked = policy.quorum === "majority" ? Math.floor(counting / 2) + 1 : policy.quorum;
  return policy.regions.length > 1 ? Math.max(2, asked) : asked;
}

/**
 * The verdict after a call (ALERTING rule 4): it worsens only when a region newly fails, and improves only when
 * a failing region turned ok or was set aside, or a region votes ok.
 * A failing region that is no longer configured has not recovered: what others see decides.
 * @param released whether a failing region was set aside
 */
export function verdictOf(call: Call, present: Verdict, released: boolean): Verdict {
  const steps = [...call.regions.values()];
  const failing = steps.filter(({ state }) => state.failing).length;
  const counting = steps.filter((step) => counts(call, step)).length;
  const next: Verdict =
    failing === 0 ? "up" : failing >= quorumOf(call.policy, counting) ? "down" : "degraded";
  if (rank[next] > rank[present]) return steps.some((step) => step.newlyFailing) ? next : present;
  if (rank[next] === rank[present]) return present;
  const mayImprove = released || steps.some((step) => step.recovered || votesOk(step));
  return mayImprove ? next : present;
}

/**
 * What readers see: the stored verdict, or `unknown` when every region is silent. Changes no state.
 * @param latestTicks region -> scheduledAt of its latest outcome, from the tick log
 */
export function readerVerdict(
  policy: Policy,
  state: AlertState | null,
  latestTicks: ReadonlyMap<string, number>,
  now: number,
): Verdict | "unknown" {
  const fresh = policy.regions.some((region) => {
    const latestAt = latestTicks.get(region) ?? state?.regions[region]?.outcomes.at(-1)?.scheduledAt;
    return latestAt !== undefined && !isSilent(policy, latestAt, now);
  });
  return fresh ? (state?.verdict ?? "up") : "unknown";
}
