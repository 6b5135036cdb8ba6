import type { Remote } from "../../core/check/measurement.ts";
import type { Failure } from "../../core/check/outcome.ts";

/** Which addresses are wanted: `any` asks for A and AAAA, the others for one of them only. */
export type FamilyChoice = "any" | "4" | "6";

/** One address of a host, in its canonical spelling. */
export type Address = Remote;

/**
 * What a name lookup found. `addresses` is never empty and stands in the order to try them: the first is the
 * one to connect to. `retried`: a transient resolver error was repeated once, so the timing says little.
 */
export type LookupResult =
  | { ok: true; addresses: Address[]; retried: boolean }
  | { ok: false; failure: Failure; retried: boolean };

/**
 * Finds the addresses of a host as it stands in a URL (name, IP literal in any spelling, brackets allowed).
 * A name that can't be resolved is data; it rejects only with a fault of ours. When the signal aborts it answers at once with
 * `dns.timed_out`.
 */
export interface Lookup {
  lookup(host: string, family: FamilyChoice, signal: AbortSignal): Promise<LookupResult>;
}

/** A resolver that lives long; answers are kept by what `forTick` returns, and no longer than that is. */
export interface Resolver {
  /** A lookup that asks once per name and family, sharing what is in flight; drop it when the tick ends. */
  forTick(): Lookup;
}
