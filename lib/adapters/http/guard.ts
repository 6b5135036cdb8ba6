import { isIP } from "node:net";
import { type HttpAnswer, message } from "./answer.ts";
import type { HttpRequest } from "./event.ts";

export interface GuardOptions {
  /** The address the server is bound to. */
  address: string;
  port: number;
  /** Further names (with port, where it isn't 80 or 443) under which the host is reached: a reverse proxy's. */
  hosts: readonly string[];
}

const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

/** The name without port and brackets; null when it is no host. */
function nameOf(host: string): string | null {
  if (!/^[a-z0-9.:[\]-]+$/.test(host)) return null;
  const hostname = URL.parse(`http://${host}/`)?.hostname ?? null;
  return hostname?.replace(/^\[|\]$/g, "") ?? null;
}

/**
 * Bound to loopback, only loopback's own names with our port are us. Bound wider (a container), the port may be
 * mapped, so any port will do, and so will any IP address: rebinding needs a name, and a name must be known.
 */
function isOurs(host: string, { address, port, hosts }: GuardOptions): boolean {
  if (hosts.includes(host)) return true;
  const name = nameOf(host);
  if (name === null) return false;
  if (!isLoopback(address)) return name === "localhost" || isIP(name) !== 0;
  return ["localhost", "127.0.0.1", "[::1]", address].some(
    (own) => host === `${own}:${port}` || (port === 80 && host === own),
  );
}

const sameOrigin = (origin: string, host: string): boolean => URL.parse(origin)?.host === host;

/**
 * Keeps other websites' pages off a server that listens where a browser can reach it: a name that points here
 * without being ours is DNS rebinding (421), another origin is a cross-site request (403). Null: let it in.
 */
export function refusalOf(request: Pick<HttpRequest, "headers">, options: GuardOptions): HttpAnswer | null {
  const [host = "", second] = request.headers["host"] ?? [];
  if (second !== undefined || !isOurs(host.toLowerCase(), options))
    return message(421, "Misdirected Request");
  const [origin, otherOrigin] = request.headers["origin"] ?? [];
  if (origin === undefined) return null;
  return otherOrigin === undefined && sameOrigin(origin, host.toLowerCase())
    ? null
    : message(403, "Forbidden");
}
