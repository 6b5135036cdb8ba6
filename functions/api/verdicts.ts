import { policyOf } from "../../lib/core/alert/policy.ts";
import type { AlertState, Verdict } from "../../lib/core/alert/state.ts";
import { readerVerdict } from "../../lib/core/alert/verdict.ts";
import { silentAfterMs } from "../../lib/core/availability/window.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { ApiDeps } from "./deps.ts";

/** What readers see of an endpoint's state. A degraded endpoint never looks healthy: its failing regions are named. */
export interface VerdictView {
  /** `unknown`: no region delivers fresh data; `paused`: it is not checked. */
  verdict: Verdict | "unknown" | "paused";
  /** Since when the stored verdict holds, ISO 8601; null before the first. */
  since: string | null;
  failing: { region: string; since: string }[];
  /** Id of the open incident. */
  incident: string | null;
}

type Reads = Pick<ApiDeps, "alerts" | "ticks" | "clock" | "regions">;

/** The verdicts of some endpoints of one organization, by id. One read of alerts, one of ticks per interval in use. */
export async function verdictsOf(
  deps: Reads,
  org: string,
  endpoints: readonly Endpoint[],
): Promise<Map<string, VerdictView>> {
  const now = deps.clock.now();
  const ids = endpoints.map(({ id }) => id);
  const [states, latest] = await Promise.all([
    deps.alerts.getMany(org, ids),
    latestTicks(deps, org, endpoints, now),
  ]);
  return new Map(
    endpoints.map((endpoint) => {
      const state = states.get(endpoint.id)?.value ?? null;
      const ticks = latest.get(endpoint.id) ?? new Map<string, number>();
      return [endpoint.id, viewOf(endpoint, state, ticks, deps.regions, now)];
    }),
  );
}

function viewOf(
  endpoint: Endpoint,
  state: AlertState | null,
  ticks: ReadonlyMap<string, number>,
  regions: readonly string[],
  now: number,
): VerdictView {
  const verdict = endpoint.enabled ? readerVerdict(policyOf(endpoint, regions), state, ticks, now) : "paused";
  const failing = Object.entries(state?.regions ?? {}).filter(([, region]) => region.failing);
  return {
    verdict,
    since: state === null || state.since === 0 ? null : iso(state.since),
    failing: failing.map(([region, { since }]) => ({ region, since: iso(since) })),
    incident: state?.incident?.id ?? null,
  };
}

const iso = (at: number): string => new Date(at).toISOString();

/** Region -> latest tick that counts, for each endpoint. Endpoints of one interval share a read: a daily one must not make it long for all. */
async function latestTicks(
  { ticks }: Reads,
  org: string,
  endpoints: readonly Endpoint[],
  now: number,
): Promise<Map<string, Map<string, number>>> {
  const byInterval = Map.groupBy(endpoints, ({ intervalMs }) => intervalMs);
  const reads = [...byInterval].map(([intervalMs, group]) =>
    ticks.outcomes(
      org,
      group.map(({ id }) => id),
      now - silentAfterMs(intervalMs),
      now,
    ),
  );
  const latest = new Map<string, Map<string, number>>();
  for (const outcomes of await Promise.all(reads))
    for (const [id, list] of outcomes) {
      const regions = new Map<string, number>();
      for (const { region, scheduledAt, invalid } of list)
        if (invalid === undefined) regions.set(region, Math.max(scheduledAt, regions.get(region) ?? 0));
      latest.set(id, regions);
    }
  return latest;
}
