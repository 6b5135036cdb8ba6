import type { Remote } from "../../core/check/measurement.ts";
import type { Failure } from "../../core/check/outcome.ts";

/** `public`: only globally routable addresses may be checked; `any`: every address may. */
export type EgressMode = "public" | "any";

export type EgressDecision = { allowed: true } | { allowed: false; failure: Failure };

/**
 * Judges every address a name resolved to, before a connection is made to one of these very addresses (never
 * to the name again: that would be a second lookup, and a second answer).
 */
export type EgressGuard = (addresses: readonly Remote[]) => EgressDecision;
