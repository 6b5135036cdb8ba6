import type { Remote } from "../core/check/measurement.ts";
import { type Failure, failure } from "../core/check/outcome.ts";
import { parseHost } from "./lookup/host.ts";
import type { TryDeps } from "./protocol.ts";
import { noticed, type Trace } from "./trace.ts";

/** Where a hop goes, or why nowhere; whether that is a public place, and whether the resolver had to ask twice. */
export interface Located {
  remote: Remote | Failure;
  isPublic: boolean;
  retried: boolean;
}

/** Names that mean something on a private network only (RFC 6761, 6762, 8375; ICANN's .internal). */
const PRIVATE_SUFFIX = /(?:^|\.)(?:localhost|local|internal|home\.arpa|lan)$/;

/** A name without an address: public unless its spelling says otherwise, so that a canary has a say. */
function isPublicName(name: string): boolean {
  return name.includes(".") && !PRIVATE_SUFFIX.test(name);
}

const chosen = (addresses: readonly Remote[], avoid: ReadonlySet<string>): Remote | undefined =>
  addresses.find(({ address }) => !avoid.has(address)) ?? addresses[0];

/** Finds the address to connect to, stamped on the trace; every address found has to pass the guard. */
export async function locate(given: string, trace: Trace, deps: TryDeps): Promise<Located> {
  const host = parseHost(given);
  trace.literal = host.kind === "address";
  const found = await deps.lookup.lookup(given, deps.family, deps.signal);
  if (!found.ok)
    return {
      remote: found.failure,
      isPublic: host.kind === "name" && isPublicName(host.name),
      retried: found.retried,
    };
  trace.resolvedAt = noticed(trace);
  const address = chosen(found.addresses, deps.avoid);
  if (address === undefined)
    return {
      remote: failure("dns.name_not_resolved", `${given} has no address`),
      isPublic: true,
      retried: false,
    };
  const decision = deps.guard(found.addresses);
  return {
    remote: decision.allowed ? address : decision.failure,
    isPublic: deps.isPublic(address.address),
    retried: found.retried,
  };
}
