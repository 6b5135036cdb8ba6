import middy from "@middy/core";
import jsonBodyParser from "@middy/http-json-body-parser";
import type { Context } from "aws-lambda";
import type { ApiDeps, ApiEvent, ApiResponse } from "./deps.ts";
import { pathParameter } from "./http.ts";

/** One request as a route sees it: who asks, for what, with which parsed body. */
export interface Call {
  org: string;
  event: ApiEvent;
  /** A parameter of the path, decoded. */
  param(name: string): string;
  /** The query, as sent. */
  query: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON body; undefined where the route takes none. */
  body: unknown;
}

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE";

/** One route: `answer` is called for a principal's organization. */
export interface ApiRoute {
  method: Method;
  path: string;
  answer(call: Call): Promise<ApiResponse>;
}

/** What the router wants: routes with handlers of events. */
export interface RouterEntry {
  method: Method;
  path: string;
  handler(event: ApiEvent, context: Context): Promise<ApiResponse>;
}

const takesBody = (method: Method): boolean => method === "POST" || method === "PUT";

/** Turns routes into router entries: the principal is asked first, bodies are parsed, GET answers HEAD too. */
export function entriesOf(routes: readonly ApiRoute[], principal: ApiDeps["principal"]): RouterEntry[] {
  return routes.flatMap((route) => {
    const get = entryOf(route, principal);
    return route.method === "GET" ? [get, headOf(get)] : [get];
  });
}

function entryOf(route: ApiRoute, principal: ApiDeps["principal"]): RouterEntry {
  const answer = async (event: ApiEvent): Promise<ApiResponse> => {
    const { org } = await principal(event);
    return route.answer({
      org,
      event,
      param: (name) => pathParameter(event, name),
      query: event.queryStringParameters ?? {},
      body: takesBody(route.method) ? event.body : undefined, // parsed by the middleware below
    });
  };
  const handler = takesBody(route.method)
    ? middy<ApiEvent, ApiResponse>(answer).use(jsonBodyParser<ApiEvent>())
    : answer;
  return { method: route.method, path: route.path, handler };
}

const headOf = (get: RouterEntry): RouterEntry => ({
  ...get,
  method: "HEAD",
  handler: async (event, context) => ({ ...(await get.handler(event, context)), body: "" }),
});
