import * as z from "zod";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import type { Stats } from "../../../lib/core/history/stats.ts";
import { parseWindow } from "../../../lib/core/history/window.ts";
import { listOverview, series, statsOf } from "../../../lib/core/read/read.ts";
import type { ApiDeps, ApiResponse } from "../deps.ts";
import { json } from "../http.ts";
import { parseQuery, querySchema, wordOf } from "../query.ts";
import type { ApiRoute, Call } from "../route.ts";
import { type VerdictView, verdictsOf } from "../verdicts.ts";

const DEFAULT_WINDOW = "1h";
const window = z.string().max(10).default(DEFAULT_WINDOW);
const windowQuery = querySchema({ window });
const listQuery = querySchema({ window, series: wordOf(["true", "false"]).default("false") });

/**
 * `GET /v1/stats` (all endpoints, with verdicts, `series=true` for sparklines), `GET /v1/endpoints/{id}/stats` and
 * `GET /v1/endpoints/{id}/series`. `window`: 10m, 1h (default), 24h, 7d, 30d or 90d.
 */
export function statsRoutes(deps: ApiDeps): ApiRoute[] {
  return [
    { method: "GET", path: "/v1/stats", answer: (call) => list(deps, call) },
    {
      method: "GET",
      path: "/v1/endpoints/{id}/stats",
      answer: async ({ org, param, query }) =>
        json(200, await statsOf(deps, org, param("id"), windowOf(query), deps.clock.now())),
    },
    {
      method: "GET",
      path: "/v1/endpoints/{id}/series",
      answer: async ({ org, param, query }) => {
        const window = windowOf(query);
        return json(200, { window, points: await series(deps, org, param("id"), window, deps.clock.now()) });
      },
    },
  ];
}

const windowOf = (query: Call["query"]) => parseWindow(parseQuery(windowQuery, query).window);

async function list(deps: ApiDeps, { org, query }: Call): Promise<ApiResponse> {
  const asked = parseQuery(listQuery, query);
  const window = parseWindow(asked.window);
  const overviews = await listOverview(deps, org, window, deps.clock.now());
  const verdicts = await verdictsOf(
    deps,
    org,
    overviews.map(({ endpoint }) => endpoint),
  );
  return json(200, {
    window,
    endpoints: overviews.map(({ endpoint, stats, series: points }) => ({
      ...rowOf(endpoint, stats, verdicts.get(endpoint.id)),
      ...(asked.series === "true" ? { series: points } : {}),
    })),
  });
}

const rowOf = (endpoint: Endpoint, stats: Stats, status: VerdictView | undefined) => ({
  id: endpoint.id,
  name: endpoint.name ?? null,
  group: endpoint.group ?? null,
  url: endpoint.url,
  tags: endpoint.tags,
  status: status ?? null,
  stats,
});
