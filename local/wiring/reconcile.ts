import { restartJudgement } from "../../functions/api/restart.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { AlertStore, Clock, DeclaredEndpoints, EndpointChanges } from "../../lib/core/ports.ts";

export interface ReconcileDeps {
  endpoints: DeclaredEndpoints;
  alerts: AlertStore;
  clock: Clock;
}

/**
 * Makes the file's endpoints exactly these, and closes the incidents of those that were removed, paused or edited
 * in what they promise. Endpoints made by the API are untouched.
 * @throws Conflict when the API has made one of the same id
 */
export async function reconcile(
  deps: ReconcileDeps,
  endpoints: readonly Endpoint[],
  regions: readonly string[],
): Promise<EndpointChanges> {
  const changes = await deps.endpoints.replaceAll("file", endpoints);
  const restart = { ...deps, regions };
  for (const { before, after } of changes.changed) await restartJudgement(restart, before, after);
  for (const removed of changes.removed) await restartJudgement(restart, removed, null);
  return changes;
}
