import { failure } from "../../core/check/outcome.ts";
import type { Clock } from "../../core/ports.ts";
import { ABORTED, type Answer, failureOf, isTransient, type Source } from "./answer.ts";
import { makeDnsSource } from "./dns-source.ts";
import { parseHost } from "./host.ts";
import { DEFAULT_HOSTS_PATH, type Hosts, makeHostsFile } from "./hosts-file.ts";
import type { Address, FamilyChoice, Lookup, LookupResult, Resolver } from "./lookup.ts";
import { makeSharing } from "./sharing.ts";
import { makeSystemSource } from "./system-source.ts";

/** Long enough for a name that the name server must look up afresh; twice it still fits a timeout of 4 s. */
const SERVER_TIMEOUT_MS = 2_000;

/** Half of libuv's default pool of four threads. */
const SYSTEM_CONCURRENCY = 2;

export interface ResolverOptions {
  /** `dns`: the name servers, by c-ares; `system`: getaddrinfo, for split DNS and `.local` names. */
  resolver: "dns" | "system";
  clock: Pick<Clock, "sleep">;
  /** Only for `dns`: `address` or `address:port`; the system's without it. */
  servers?: readonly string[];
  /** Only for `dns`: how long one name server may take (default 2,000). */
  serverTimeoutMs?: number;
  /** Only for `system`: getaddrinfo calls at once (default 2; see system-source.ts). */
  systemConcurrency?: number;
  /** Default `/etc/hosts`, or what it is on Windows. */
  hostsPath?: string;
}

const wanted = (addresses: readonly Address[], family: FamilyChoice): Address[] =>
  addresses
    .filter((one) => family === "any" || String(one.family) === family)
    .toSorted((a, b) => a.family - b.family);

/** RFC 6761, section 6.3: these names are this machine, whatever a name server says. */
const LOOPBACK: readonly Address[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];
const isLocalhost = (name: string): boolean => name === "localhost" || name.endsWith(".localhost");

const found = (addresses: Address[]): LookupResult => ({ ok: true, addresses, retried: false });
const notResolved = (message: string): LookupResult => ({
  ok: false,
  failure: failure("dns.name_not_resolved", message),
  retried: false,
});

function literal(address: Address, family: FamilyChoice, given: string): LookupResult {
  const addresses = wanted([address], family);
  return addresses.length > 0 ? found(addresses) : notResolved(`${given} is not an IPv${family} address`);
}

/** What needs no question: the hosts file, then localhost. Empty for other names. */
function known(name: string, family: FamilyChoice, hosts: Hosts): Address[] {
  const listed = wanted(hosts.get(name) ?? [], family);
  return listed.length > 0 || !isLocalhost(name) ? listed : wanted(LOOPBACK, family);
}

const toResult = (answer: Answer, retried: boolean, name: string, family: FamilyChoice): LookupResult =>
  "addresses" in answer
    ? { ok: true, addresses: answer.addresses, retried }
    : { ok: false, failure: failureOf(answer.code, name, family), retried };

async function resolve(
  source: Source,
  name: string,
  family: FamilyChoice,
  signal: AbortSignal,
): Promise<LookupResult> {
  const first = await source(name, family, signal);
  if (!isTransient(first) || signal.aborted) return toResult(first, false, name, family);
  return toResult(await source(name, family, signal), true, name, family);
}

/** Failures are shared while in flight but never kept: a check that is tried again asks again. */
function tickLookup(source: Source, readHosts: () => Promise<Hosts>): Lookup {
  const share = makeSharing<LookupResult>((result) => result.ok);
  let reading: Promise<Hosts> | null = null;

  const ask = async (name: string, family: FamilyChoice, signal: AbortSignal): Promise<LookupResult> => {
    const result = await share(`${family} ${name}`, signal, (stop) => resolve(source, name, family, stop));
    return result === "aborted" ? toResult({ code: ABORTED }, false, name, family) : result;
  };

  return {
    lookup: async (given, family, signal) => {
      const host = parseHost(given);
      if (host.kind === "invalid") return notResolved(`${given} is not a valid host`);
      if (host.kind === "address") return literal(host.address, family, given);
      reading ??= readHosts();
      const addresses = known(host.name, family, await reading);
      return addresses.length > 0 ? found(addresses) : ask(host.name, family, signal);
    },
  };
}

function makeSource(options: ResolverOptions): Source {
  if (options.resolver === "system") {
    return makeSystemSource({ concurrency: options.systemConcurrency ?? SYSTEM_CONCURRENCY });
  }
  return makeDnsSource({
    ...(options.servers === undefined ? {} : { servers: options.servers }),
    timeoutMs: options.serverTimeoutMs ?? SERVER_TIMEOUT_MS,
    sleep: (ms, signal) => options.clock.sleep(ms, signal),
  });
}

/**
 * Resolves hosts as checks need it: an IP literal in any spelling, then the hosts file, then `localhost`, then
 * the resolver. A transient error of the resolver is repeated once inside the lookup, and said.
 * A lookup rejects only with Unavailable, when the hosts file exists and can't be read.
 */
export function makeResolver(options: ResolverOptions): Resolver {
  const readHosts = makeHostsFile(options.hostsPath ?? DEFAULT_HOSTS_PATH);
  const source = makeSource(options);
  return { forTick: () => tickLookup(source, readHosts) };
}
