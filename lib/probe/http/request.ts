import type { Endpoint } from "../../core/endpoint/endpoint.ts";
import { ACCEPT_ENCODING } from "./decode.ts";
import type { HttpRequest } from "./redirect.ts";

/** `user:password@` of the URL as the header it stands for; it never travels in a URL again. */
function authorizationOf(url: URL): Record<string, string> {
  if (url.username === "" && url.password === "") return {};
  const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

const lowered = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The request an endpoint asks for; what its owner set goes before what Vigie would send. */
export function firstRequest(endpoint: Endpoint, userAgent: string): HttpRequest {
  const url = new URL(endpoint.url);
  const headers = {
    "user-agent": userAgent,
    accept: "*/*",
    "accept-encoding": ACCEPT_ENCODING,
    ...authorizationOf(url),
    ...lowered(endpoint.headers),
  };
  url.username = "";
  url.password = "";
  url.hash = "";
  return { url, method: endpoint.method, headers, body: endpoint.body ?? null };
}
