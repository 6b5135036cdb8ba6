import type { Incident, MessageKind } from "../incident/incident.ts";

export type { MessageKind } from "../incident/incident.ts";

/** A message to send. Bounded; complete in itself, so that it can be sent after the incident is closed. */
export interface NotifyEffect {
  do: "notify";
  /** endpoint, incident and change: the same change has the same id for ever; receivers deduplicate by it. */
  id: string;
  kind: MessageKind;
  incidentId: string;
  /** Epoch ms at which it was decided. */
  at: number;
  /** The endpoint's name as it stands in the title: shortened first where the title has to fit. */
  website: string;
  /** First line, subject and SMS. */
  title: string;
  body: string;
  /** What a digest must not leave unsaid; it stands in the body too. */
  note?: string;
  claim: Claim | null;
}

/** A record to write into the incident log; a newer revision replaces an older one. */
export interface RecordEffect {
  do: "record";
  /** incident and revision. */
  id: string;
  incident: Incident;
  claim: Claim | null;
}

export type Effect = NotifyEffect | RecordEffect;

/** Whoever holds a claim may carry the effect out; after `until` (epoch ms) another may. */
export interface Claim {
  by: string;
  until: number;
}

/** How long a claim holds (ALERTING rule 7). */
export const CLAIM_MS = 30_000;
