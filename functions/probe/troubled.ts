import type { AlertState, RegionOutcome } from "../../lib/core/alert/state.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { AlertStore, TickLog } from "../../lib/core/ports.ts";

export interface TroubledDeps {
  alerts: Pick<AlertStore, "getMany">;
  ticks: Pick<TickLog, "outcomes">;
}

/**
 * Finds the endpoints that are not `up`, or whose latest outcome in any region failed. The alert states name the
 * few that may be (each failure was posted to them); the tick log tells whether a success has followed since.
 */
export function makeTroubled(deps: TroubledDeps) {
  return async (endpoints: readonly Endpoint[], scheduledAt: number): Promise<ReadonlySet<Endpoint>> => {
    const found = new Set<Endpoint>();
    for (const [org, group] of Map.groupBy(endpoints, (endpoint) => endpoint.org)) {
      for (const endpoint of await troubledIn(deps, org, group, scheduledAt)) found.add(endpoint);
    }
    return found;
  };
}

async function troubledIn(
  { alerts, ticks }: TroubledDeps,
  org: string,
  endpoints: readonly Endpoint[],
  scheduledAt: number,
): Promise<Endpoint[]> {
  const ids = endpoints.map(({ id }) => id);
  const states = [...(await alerts.getMany(org, ids)).values()].map(({ value }) => value);
  const suspects = states.filter((state) => state.verdict === "up" && lastFailures(state).length > 0);
  const hurried = new Set(
    states.filter(({ verdict }) => verdict !== "up").map(({ endpointId }) => endpointId),
  );
  if (suspects.length > 0) {
    const since = Math.min(...suspects.flatMap(lastFailures).map((failed) => failed.scheduledAt));
    const suspectIds = suspects.map(({ endpointId }) => endpointId);
    const logged = await ticks.outcomes(org, suspectIds, since, scheduledAt);
    for (const state of suspects)
      if (stillFailing(state, logged.get(state.endpointId) ?? [])) hurried.add(state.endpointId);
  }
  return endpoints.filter(({ id }) => hurried.has(id));
}

/** The regions' latest outcomes as the alert state knows them, those that failed. */
function lastFailures(state: AlertState): RegionOutcome[] {
  const latest = Object.values(state.regions).map(({ outcomes }) => outcomes.at(-1));
  return latest.flatMap((last) => (last === undefined || last.outcome === "ok" ? [] : [last]));
}

const stillFailing = (state: AlertState, logged: readonly RegionOutcome[]): boolean =>
  lastFailures(state).some((failed) => !logged.some((later) => succeeds(later, failed)));

const succeeds = (later: RegionOutcome, failed: RegionOutcome): boolean =>
  later.region === failed.region &&
  later.scheduledAt > failed.scheduledAt &&
  later.invalid === undefined &&
  later.outcome === "ok";
