/** Endpoints and checkers as the tests of the engine need them: everything real but the names. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Measurement, Remote } from "../../lib/core/check/measurement.ts";
import { failure } from "../../lib/core/check/outcome.ts";
import { bareEndpoint } from "../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { Clock } from "../../lib/core/ports.ts";
import { type CheckerOptions, makeChecker, type ProbeChecker } from "../../lib/probe/checker.ts";
import { makeEgressGuard } from "../../lib/probe/egress/egress.ts";
import { parseHost } from "../../lib/probe/lookup/host.ts";
import type { Lookup } from "../../lib/probe/lookup/lookup.ts";
import { testRoot } from "./certificates.ts";

/** An endpoint with every default, and what the test is about. */
export const endpointOf = (url: string, about: Partial<Endpoint> = {}): Endpoint =>
  bareEndpoint("e", url, { org: "o", timeoutMs: 5_000, ...about });

/** Real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  },
};

/** Waits are noted and over at once. */
export function hastyClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => Date.now(),
    sleep: async (ms) => {
      waits.push(ms);
    },
  };
}

const LOOPBACK: Remote = { address: "127.0.0.1", family: 4 };

/** Every name is 127.0.0.1 unless the table says otherwise; an empty list does not resolve. */
export const lookupOf = (names: Readonly<Record<string, readonly Remote[]>> = {}): Lookup => ({
  lookup: async (given, family) => {
    const host = parseHost(given);
    const all = host.kind === "address" ? [host.address] : (names[given] ?? [LOOPBACK]);
    const addresses = all.filter((one) => family === "any" || String(one.family) === family);
    return addresses.length > 0
      ? { ok: true, addresses, retried: false }
      : { ok: false, failure: failure("dns.name_not_resolved", `${given} does not exist`), retried: false };
  },
});

export const checkerOf = (
  options: Partial<CheckerOptions> & { names?: Readonly<Record<string, readonly Remote[]>> } = {},
): ProbeChecker =>
  makeChecker({
    resolver: { forTick: () => lookupOf(options.names) },
    guard: makeEgressGuard("any"),
    userAgent: "Vigie/test",
    clock: systemClock,
    ca: [testRoot],
    ...options,
  });

/** The type of a measurement's outcome: `ok`, or that of its failure. */
export const typeOf = ({ outcome }: Measurement): string => (outcome === "ok" ? "ok" : outcome.type);
