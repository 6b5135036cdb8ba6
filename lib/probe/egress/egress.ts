import type { Remote } from "../../core/check/measurement.ts";
import { type Failure, failure } from "../../core/check/outcome.ts";
import { type RangeKind, specialRangeOf } from "./ranges.ts";

/** `public`: only addresses of the public internet may be checked; `any`: every address may. */
export type EgressMode = "public" | "any";

export type EgressDecision = { allowed: true } | { allowed: false; failure: Failure };

/**
 * Judges every address a name resolved to, before a connection is made to one of these very addresses (never
 * to the name again: that would be a second lookup, and could have a second answer).
 */
export type EgressGuard = (addresses: readonly Remote[]) => EgressDecision;

/** Whether the address belongs to the public internet: such a target needs a canary's word to be called down. */
export const isPublicAddress = (address: string): boolean => specialRangeOf(address) === null;

/** Names the kind of range, never the address: whoever may configure a name must not learn what it is inside. */
function blocked(ranges: readonly (RangeKind | null)[]): EgressDecision {
  const kinds = [...new Set(ranges)].map((kind) => kind ?? "public").toSorted();
  return {
    allowed: false,
    failure: failure("egress.blocked", `this probe checks public addresses only; found: ${kinds.join(", ")}`),
  };
}

/**
 * The guard of a mode. In `public`, one address that is not public refuses them all: a name with both kinds is
 * either a mistake or the first half of a rebinding attack.
 */
export function makeEgressGuard(mode: EgressMode): EgressGuard {
  if (mode === "any") return () => ({ allowed: true });
  return (addresses) => {
    const ranges = addresses.map(({ address }) => specialRangeOf(address));
    return ranges.every((range) => range === null) ? { allowed: true } : blocked(ranges);
  };
}
