import type { Outcome } from "./outcome.ts";

/**
 * Doubts about a measurement's timings. Flagged timings stay out of Apdex and percentiles; the outcome counts.
 * cold: first check after start; delayed: a step's end was noticed late, for our event loop stood still for over 5 ms before;
 * retried: an earlier try failed (or the resolver did, transiently); slow_lane: measured by a small machine.
 */
export type Flag = "cold" | "delayed" | "retried" | "slow_lane";

/** Milliseconds; null where the step was not reached or does not apply. Totals are over all hops. */
export interface Timings {
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  /** From the request sent to the first byte of the answer. */
  firstByteMs: number | null;
  transferMs: number | null;
  totalMs: number;
}

/** Timings without the total: the phases of a failed check, kept as evidence. */
export type PhaseTimings = Omit<Timings, "totalMs">;

export type IpFamily = 4 | 6;

export interface Remote {
  address: string;
  family: IpFamily;
}

export interface TlsFacts {
  protocol: string;
  cipher: string;
  /** ISO 8601. */
  validTo: string;
  /** Whole days until `validTo`, negative when past. */
  daysLeft: number;
  issuer: string;
}

/** One request of a check: the first, or one after a redirect. `url` carries no user info. */
export interface Hop {
  url: string;
  status: number | null;
  timings: Timings;
  remote: Remote | null;
  tls: TlsFacts | null;
}

/** Everything one check found out. */
export interface Measurement {
  outcome: Outcome;
  /** Epoch ms at which the first try started. */
  startedAt: number;
  /** Epoch ms at which the last try ended. */
  endedAt: number;
  status: number | null;
  timings: Timings;
  hops: Hop[];
  remote: Remote | null;
  tls: TlsFacts | null;
  /** Body bytes as received, after decompression. */
  bytes: number;
  /** How often it was tried: 1 without retries. */
  tries: number;
  flags: Flag[];
  /** Whether the address connected to (or meant) is globally routable: such a check needs a canary's word. */
  publicTarget: boolean;
}
