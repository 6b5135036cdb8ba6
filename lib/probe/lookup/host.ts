import { isIP, isIPv6 } from "node:net";
import type { Address } from "./lookup.ts";

/** What a host in a URL is: an address already, or a name (lower case, ASCII, no trailing dot). */
export type Host =
  | { kind: "address"; address: Address }
  | { kind: "name"; name: string }
  | { kind: "invalid" };

/** Characters that would make the URL parser see more than a host, or see through them silently. */
const NOT_A_HOST = /[/\\?#@\s]/;

const bracketed = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** The host as the WHATWG URL standard spells it (https://url.spec.whatwg.org/#host-parsing), or null. */
function canonical(host: string): string | null {
  const text = bracketed(host);
  const portIsPossible = text.includes(":") && !(text.startsWith("[") && text.endsWith("]"));
  if (NOT_A_HOST.test(text) || portIsPossible) return null;
  return URL.parse(`http://${text}/`)?.hostname ?? null;
}

/**
 * Reads a host as browsers do, so that every spelling of an address (decimal `2130706433`, octal, hex, short,
 * full-width digits, IPv4 inside IPv6) becomes the one canonical spelling before anything is decided on it.
 */
export function parseHost(host: string): Host {
  const text = canonical(host);
  if (text === null) return { kind: "invalid" };
  const bare = text.startsWith("[") ? text.slice(1, -1) : text;
  const family = isIP(bare);
  if (family === 4 || family === 6) return { kind: "address", address: { address: bare, family } };
  const name = bare.endsWith(".") ? bare.slice(0, -1) : bare;
  return name === "" ? { kind: "invalid" } : { kind: "name", name };
}
