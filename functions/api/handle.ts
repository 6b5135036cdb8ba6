import middy from "@middy/core";
import headerNormalizer from "@middy/http-header-normalizer";
import router from "@middy/http-router";
import securityHeaders from "@middy/http-security-headers";
import { NotFound } from "../../lib/core/errors.ts";
import type { ApiDeps, ApiEvent, ApiResponse } from "./deps.ts";
import { HttpRefusal } from "./http.ts";
import { bodyLimit } from "./middleware/body-limit.ts";
import { problems } from "./middleware/problem.ts";
import { type ApiRoute, entriesOf, type RouterEntry } from "./route.ts";
import { endpointRoutes } from "./routes/endpoints.ts";
import { healthRoute } from "./routes/health.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { statsRoutes } from "./routes/stats.ts";
import { testAlertRoute } from "./routes/test-alert.ts";

export type { ApiDeps, ApiEvent, ApiResponse } from "./deps.ts";

/** An API Gateway v2 event in, an API Gateway v2 answer out; never rejects. `context` is Lambda's, or a host's. */
export type ApiHandle = (event: ApiEvent, context?: { awsRequestId?: string }) => Promise<ApiResponse>;

/**
 * Builds the API: endpoints, their statistics and incidents, test messages, and whether this installation is well.
 * Errors are problems as RFC 9457 has them; every endpoint carries an ETag that a change has to name.
 */
export function makeHandle(deps: ApiDeps): ApiHandle {
  const routes: ApiRoute[] = [
    ...endpointRoutes(deps),
    ...statsRoutes(deps),
    ...incidentRoutes(deps),
    testAlertRoute(deps),
  ];
  const entries = [healthRoute(deps), ...entriesOf(routes, deps.principal)];
  const handler = middy<ApiEvent, ApiResponse>(
    router<ApiEvent, ApiResponse>({ routes: entries, notFoundResponse: refuseUnknown(entries) }),
  ).use([headerNormalizer(), securityHeaders(security), bodyLimit(), problems(deps.onFault)]);
  // middy asks for Lambda's whole context and uses none of it; a host on one machine has none to give
  return (event, context = {}) => handler(event, context as Parameters<typeof handler>[1]);
}

/** Answers are data: nothing in them may be run, framed or guessed. */
const security = {
  contentSecurityPolicy: {
    "default-src": "'none'",
    "frame-ancestors": "'none'",
    // middy's defaults that say nothing here: left out by being empty
    "report-to": "",
    "require-trusted-types-for": "",
  },
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false, preload: false },
  permissionsPolicy: false,
  reportTo: false,
  reportingEndpoints: false,
  originAgentCluster: false,
  downloadOptions: false,
};

/** 405 where the path exists with other methods, 404 where it doesn't. */
function refuseUnknown(entries: readonly RouterEntry[]) {
  const known = entries.map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  return ({ method, path }: { method: string; path: string }): never => {
    const allowed = known.filter(({ pattern }) => pattern.test(path)).map((route) => route.method);
    if (allowed.length === 0) throw new NotFound(`There is nothing at ${path}.`);
    const allow = allowed.join(", ");
    throw new HttpRefusal(405, "method_not_allowed", `${method} is not possible here; ${allow} are.`, {
      allow,
    });
  };
}

/** Paths of routes hold letters, digits, `/` and `{name}` only. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`);
