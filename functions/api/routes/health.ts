import type { ApiDeps } from "../deps.ts";
import { json } from "../http.ts";
import type { RouterEntry } from "../route.ts";

/**
 * `GET /healthz`: 200 while checks run and the store answers, 503 with what is wrong otherwise. Needs no principal:
 * load balancers and container runtimes ask it. Says nothing about targets.
 */
export function healthRoute(deps: ApiDeps): RouterEntry {
  const answer = async () => {
    const troubles = [...(await deps.troubles()), ...(await storeTroubles(deps))];
    return json(troubles.length === 0 ? 200 : 503, {
      status: troubles.length === 0 ? "ok" : "failing",
      troubles,
      version: deps.version,
      regions: deps.regions,
      now: new Date(deps.clock.now()).toISOString(),
    });
  };
  return { method: "GET", path: "/healthz", handler: answer };
}

const storeTroubles = ({ endpoints }: ApiDeps): Promise<string[]> =>
  endpoints.shards().then(
    () => [],
    () => ["the store does not answer"],
  );
