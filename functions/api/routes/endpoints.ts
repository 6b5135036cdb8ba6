import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { Conflict, InvalidInput, NotFound, Refused } from "../../../lib/core/errors.ts";
import type { StoredEndpoint } from "../../../lib/core/ports.ts";
import type { ApiDeps, ApiEvent, ApiResponse } from "../deps.ts";
import { parseBody } from "../endpoint-body.ts";
import { endpointView } from "../endpoint-view.ts";
import { changedMeanwhile, etagOf, requireMatch } from "../etag.ts";
import { keepHidden } from "../hidden.ts";
import { json, noContent } from "../http.ts";
import { limitOf, parseQuery, querySchema, wordOf } from "../query.ts";
import { restartJudgement } from "../restart.ts";
import type { ApiRoute, Call } from "../route.ts";
import { verdictsOf } from "../verdicts.ts";

const listQuery = querySchema({
  limit: limitOf(1_000, 1_000),
  after: z.string().max(64).optional(),
  /** `false` leaves out how they are: it has to be read from the ticks. */
  status: wordOf(["true", "false"]).default("true"),
});

/** `/v1/endpoints` and `/v1/endpoints/{id}`. Changes are conditional on the version that was read. */
export function endpointRoutes(deps: ApiDeps): ApiRoute[] {
  return [
    { method: "GET", path: "/v1/endpoints", answer: (call) => list(deps, call) },
    { method: "POST", path: "/v1/endpoints", answer: (call) => create(deps, call) },
    { method: "GET", path: "/v1/endpoints/{id}", answer: (call) => read(deps, call) },
    { method: "PUT", path: "/v1/endpoints/{id}", answer: (call) => replace(deps, call) },
    { method: "DELETE", path: "/v1/endpoints/{id}", answer: (call) => remove(deps, call) },
  ];
}

async function list(deps: ApiDeps, { org, query }: Call): Promise<ApiResponse> {
  const { limit, after, status } = parseQuery(listQuery, query);
  const all = await deps.endpoints.list(org);
  const rest = after === undefined ? all : all.filter(({ endpoint }) => endpoint.id > after);
  const page = rest.slice(0, limit);
  const shown = status === "true" ? page.map(({ endpoint }) => endpoint) : [];
  const verdicts = await verdictsOf(deps, org, shown);
  const last = page.at(-1);
  return json(200, {
    endpoints: page.map((stored) => endpointView(stored, verdicts.get(stored.endpoint.id))),
    next: last === undefined || rest.length <= limit ? null : { after: last.endpoint.id },
  });
}

async function read(deps: ApiDeps, { org, param }: Call): Promise<ApiResponse> {
  const stored = await stored404(deps, org, param("id"));
  return answerOf(deps, 200, stored);
}

async function create(deps: ApiDeps, { org, event, body }: Call): Promise<ApiResponse> {
  const endpoint = parseBody(deps, org, body);
  const version = await deps.endpoints.put(endpoint, "api", null).catch((error: unknown) => {
    if (!(error instanceof Conflict)) throw error;
    throw new Conflict(
      `An endpoint "${endpoint.id}" exists. Choose another id, or change that one: PUT /v1/endpoints/${endpoint.id}.`,
    );
  });
  const location = `/v1/endpoints/${encodeURIComponent(endpoint.id)}`;
  return changed(deps, event, 201, { endpoint, origin: "api", version }, { location });
}

async function replace(deps: ApiDeps, call: Call): Promise<ApiResponse> {
  const { org, event, body } = call;
  const stored = await changeable(deps, call);
  const expected = requireMatch(event.headers["if-match"], stored.version);
  const endpoint = parseBody(
    deps,
    org,
    keepHidden(withId(body, stored.endpoint.id), stored.endpoint.headers),
  );
  // what is as it was is not written: tools that send everything again cost nothing, and nobody's ETag goes stale
  if (isDeepStrictEqual(endpoint, stored.endpoint)) return changed(deps, event, 200, stored);
  const version = await guarded(deps.endpoints.put(endpoint, "api", expected));
  await restartJudgement(deps, stored.endpoint, endpoint);
  return changed(deps, event, 200, { endpoint, origin: "api", version });
}

async function remove(deps: ApiDeps, call: Call): Promise<ApiResponse> {
  const stored = await changeable(deps, call);
  const expected = requireMatch(call.event.headers["if-match"], stored.version);
  await guarded(deps.endpoints.remove(call.org, stored.endpoint.id, expected));
  await restartJudgement(deps, stored.endpoint, null);
  return noContent;
}

/** What a change left behind; only its version for whoever says that nothing else is wanted (RFC 7240). */
function changed(
  deps: ApiDeps,
  event: ApiEvent,
  status: number,
  stored: StoredEndpoint,
  headers: Record<string, string> = {},
): ApiResponse | Promise<ApiResponse> {
  if (!/(^|,) *return=minimal *(,|;|$)/.test(event.headers["prefer"] ?? ""))
    return answerOf(deps, status, stored, headers);
  const minimal = { etag: etagOf(stored.version), "preference-applied": "return=minimal", ...headers };
  return { statusCode: status === 200 ? 204 : status, headers: { ...noContent.headers, ...minimal } };
}

async function answerOf(
  deps: ApiDeps,
  status: number,
  stored: StoredEndpoint,
  headers: Record<string, string> = {},
): Promise<ApiResponse> {
  const { endpoint } = stored;
  const verdicts = await verdictsOf(deps, endpoint.org, [endpoint]);
  return json(status, endpointView(stored, verdicts.get(endpoint.id)), {
    etag: etagOf(stored.version),
    ...headers,
  });
}

async function stored404(deps: ApiDeps, org: string, id: string): Promise<StoredEndpoint> {
  const stored = await deps.endpoints.get(org, id);
  if (stored === null) throw new NotFound(`There is no endpoint "${id}".`);
  return stored;
}

/** The endpoint that a call wants to change, unless a file declares it: that would be undone by its next reload. */
async function changeable(deps: ApiDeps, { org, param }: Call): Promise<StoredEndpoint> {
  const stored = await stored404(deps, org, param("id"));
  if (stored.origin === "api") return stored;
  const file = deps.configFile === null ? "the configuration file" : deps.configFile;
  throw new Refused(
    `"${stored.endpoint.id}" is declared in ${file}: change it there, and it is taken over within seconds.`,
  );
}

/** A write that lost a race after its If-Match was right is a failed precondition all the same. */
async function guarded<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw error instanceof Conflict ? changedMeanwhile(null) : error;
  }
}

/** The path names the endpoint; a body may repeat that id but not contradict it. */
function withId(body: unknown, id: string): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  if (!("id" in body) || body.id === id) return { ...body, id };
  const received = JSON.stringify(body.id)?.slice(0, 100) ?? "undefined";
  const message = "an id can't be changed: delete the endpoint and create another";
  throw new InvalidInput([{ path: "id", expected: `"${id}"`, received, message }]);
}
