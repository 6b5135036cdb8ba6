import { type Failure, failure } from "../../core/check/outcome.ts";

/** One request of a check: the first, or one that a redirect asked for. */
export interface HttpRequest {
  url: URL;
  method: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string | null;
}

const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The only headers that another origin gets to see: any other may carry a secret of the endpoint's owner. */
const HARMLESS: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "pragma",
  "user-agent",
]);

const ABOUT_BODY: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
  "content-length",
]);

export const isRedirect = (status: number): boolean => STATUSES.has(status);

/** Two requests with one key get one answer, for no cookies are kept: meeting a key again is a loop. */
export const keyOf = (request: HttpRequest): string => {
  const { url } = request;
  return `${request.method} ${url.origin}${url.pathname}${url.search}`;
};

const without = (
  headers: Readonly<Record<string, string>>,
  drop: (name: string) => boolean,
): Record<string, string> => Object.fromEntries(Object.entries(headers).filter(([name]) => !drop(name)));

/** What 303, and by custom 301 and 302 after POST, turn into: a GET without body (RFC 9110, 15.4). */
function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

const invalid = (message: string): Failure => failure("http.response.invalid", message);

/** The address a redirect leads to, without the user info and fragment it may carry; or why it leads nowhere. */
function destinationOf(from: URL, status: number, location: string | undefined): URL | Failure {
  if (location === undefined || location === "")
    return invalid(`status ${status} without a Location header leads nowhere`);
  if (!URL.canParse(location, from.href)) return invalid(`status ${status} with a Location that is no URL`);
  const url = new URL(location, from);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return invalid(`status ${status} leads to ${url.protocol} which is not HTTP`);
  url.username = "";
  url.password = "";
  url.hash = "";
  return url;
}

/**
 * The request that follows a redirect, or why none does. From https to http it goes as browsers go; to another
 * origin (scheme, host and port; so also from http to https) only harmless headers go along, and a body never does.
 * What was dropped stays dropped, should a later redirect lead back.
 */
export function redirected(
  request: HttpRequest,
  status: number,
  location: string | undefined,
): HttpRequest | Failure {
  const url = destinationOf(request.url, status, location);
  if (!(url instanceof URL)) return url;
  const toGet = becomesGet(status, request.method);
  const body = toGet ? null : request.body;
  const headers = toGet ? without(request.headers, (name) => ABOUT_BODY.has(name)) : request.headers;
  const method = toGet ? "GET" : request.method;
  if (url.origin === request.url.origin) return { url, method, headers, body };
  if (body !== null)
    return failure("http.failed", `status ${status} asks to send the body to ${url.origin}: not done`);
  return { url, method, headers: without(headers, (name) => !HARMLESS.has(name)), body };
}
