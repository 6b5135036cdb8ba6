import type { Measurement } from "../core/check/measurement.ts";
import type { Endpoint } from "../core/endpoint/endpoint.ts";
import type { EgressGuard } from "./egress/egress.ts";
import type { FamilyChoice, Lookup } from "./lookup/lookup.ts";
import type { Lateness } from "./loop-delay.ts";
import type { Trust } from "./tls/trust.ts";

/** What one try of one check works with. Nothing here outlives the try but `trust` and `loop`. */
export interface TryDeps {
  readonly lookup: Lookup;
  readonly guard: EgressGuard;
  /** Whether an address is globally routable. */
  readonly isPublic: (address: string) => boolean;
  readonly trust: Trust;
  /** Tells which stamps are late. */
  readonly loop: Lateness;
  readonly userAgent: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly family: FamilyChoice;
  /** Addresses that earlier tries failed at: another one is taken where there is one. */
  readonly avoid: ReadonlySet<string>;
  /** Ends the try. Aborted by the total time-out, or by who asked for the check. */
  readonly signal: AbortSignal;
}

/**
 * Checks an endpoint once. A down target is a Measurement (`tries` 1, and of the flags only `delayed`, and
 * `retried` when the resolver had to ask twice); a rejection is our own fault.
 */
export type ProtocolCheck = (endpoint: Endpoint, deps: TryDeps) => Promise<Measurement>;
