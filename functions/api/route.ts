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
  /** Takes no body, although its method could: one that is sent is not read. */
  bodiless?: true;
  answer(call: Call): Promise<ApiResponse>;
}

/** What the router wants: routes with handlers of events. */
export interface RouterEntry {
  method: Method;
  path: string;
  handler(event: ApiEvent, context: Context): Promise<ApiResponse>;
}

const takesBody = ({ method, bodiless }: ApiRoute): boolean =>
  bodiless !== true && (method === "POST" || method === "PUT");

/** Puts the parsed body in the place of its text. */
const parseJson = middy<ApiEvent, ApiResponse>(async () => ({})).use(jsonBodyParser<ApiEvent>());

/** Turns routes into router entries: the principal is asked first, then bodies are parsed; GET answers HEAD too. */
export function entriesOf(routes: readonly ApiRoute[], principal: ApiDeps["principal"]): RouterEntry[] {
  return routes.flatMap((route) => {
    const get = entryOf(route, principal);
    return route.method === "GET" ? [get, headOf(get)] : [get];
  });
}

function entryOf(route: ApiRoute, principal: ApiDeps["principal"]): RouterEntry {
  const handler = async (event: ApiEvent, context: Context): Promise<ApiResponse> => {
    const { org } = await principal(event);
    if (takesBody(route)) await parseJson(event, context);
    return route.answer({
      org,
      event,
      param: (name) => pathParameter(event, name),
      query: event.queryStringParameters ?? {},
      body: takesBody(route) ? event.body : undefined, // parsed above
    });
  };
  return { method: route.method, path: route.path, handler };
}

const headOf = (get: RouterEntry): RouterEntry => ({
  ...get,
  method: "HEAD",
  handler: async (event, context) => ({ ...(await get.handler(event, context)), body: "" }),
});
