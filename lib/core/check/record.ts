import type { Flag } from "./measurement.ts";
import type { Failure, Outcome } from "./outcome.ts";

/**
 * What is kept of one check in the tick log: keyed by endpoint, region and scheduledAt (the first write wins).
 */
export interface CheckRecord {
  org: string;
  endpointId: string;
  region: string;
  /** The tick: epoch ms, truncated to the schedule. */
  scheduledAt: number;
  /** Epoch ms at which the check really started. */
  startedAt: number;
  outcome: Outcome;
  status: number | null;
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  firstByteMs: number | null;
  transferMs: number | null;
  totalMs: number;
  bytes: number;
  flags: Flag[];
  /** Set when our own fault made the outcome worthless (no canary answered): nobody is blamed for it. */
  invalid?: string;
}

/** The failure of a record, or null for an ok one. */
export const failureOf = (record: { outcome: Outcome }): Failure | null =>
  record.outcome === "ok" ? null : record.outcome;
