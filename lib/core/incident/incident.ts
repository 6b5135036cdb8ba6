import type { PhaseTimings } from "../check/measurement.ts";
import type { Failure } from "../check/outcome.ts";

/** What a message is about; messages are grouped per organization and kind. */
export type MessageKind =
  | "down"
  | "degraded"
  | "partial"
  | "up"
  | "reminder"
  | "flapping"
  | "settled"
  | "test";

/** What one region contributed when the incident changed. */
export interface RegionEvidence {
  region: string;
  ok: number;
  all: number;
  failing: boolean;
  /** Epoch ms since when it fails; null when it doesn't. */
  failingSince: number | null;
  /** No vote now: silent, or not enough records. */
  silent: boolean;
}

export interface FailedCheck {
  region: string;
  scheduledAt: number;
  failure: Failure;
  totalMs: number;
  timings?: PhaseTimings;
}

/** How one channel took one message. */
export interface Delivery {
  channel: string;
  ok: boolean;
  /** Why not; free of secrets. */
  error?: string;
  at: number;
}

/** A message that was sent about an incident. */
export interface SentMessage {
  effectId: string;
  kind: MessageKind;
  title: string;
  sentAt: number;
  deliveries: Delivery[];
}

export type CloseReason = "recovered" | "edited" | "paused" | "deleted";

/** A stretch of `down` or `degraded`. Times are epoch ms. */
export interface Incident {
  schema: 1;
  id: string;
  org: string;
  endpointId: string;
  website: string;
  /** Grows with every change of the record: the log keeps the highest. */
  revision: number;
  startedAt: number;
  endedAt: number | null;
  closed: CloseReason | null;
  /** The worst verdict it reached, and the present one. */
  worst: "degraded" | "down";
  verdict: "degraded" | "down" | "up";
  /** Since when the present verdict holds. */
  verdictSince: number;
  /** ok / all over the voting regions' windows at the last change; 0 to 1. */
  availability: number;
  firstFailure: FailedCheck | null;
  regions: RegionEvidence[];
  /** Verdicts that were announced, with the time. */
  announced: { kind: MessageKind; at: number }[];
  /** The latest 50; older ones only in the incident log. */
  messages: SentMessage[];
}
