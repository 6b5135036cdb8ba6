import { bodyOf, regionEvidence } from "../incident/evidence.ts";
import type { Incident, MessageKind, RegionEvidence } from "../incident/incident.ts";
import { duration, titleOf } from "../incident/messages.ts";
import { type Call, votedAvailability } from "./call.ts";
import type { Effect, NotifyEffect } from "./effect.ts";
import { withEffect, withRecord } from "./pending.ts";
import type { AlertState, Verdict } from "./state.ts";

/** A call's answer in the making: the state so far and what was newly decided. Values are replaced, never changed. */
export interface Draft {
  state: AlertState;
  decided: Effect[];
}

/** Replaces the open incident by its next revision and sees to it that the log learns of it. */
export function revise(draft: Draft, incident: Incident): Draft {
  const next = { ...incident, revision: incident.revision + 1 };
  const open = next.endedAt === null ? next : null;
  const effects = withRecord(draft.state.effects, next);
  const record = effects.at(-1);
  return {
    state: { ...draft.state, incident: open, effects },
    decided: record === undefined ? draft.decided : [...draft.decided, record],
  };
}

/** What the incident looks like at this moment, by the call's regions. */
export const refreshed = (call: Call, incident: Incident): Incident => ({
  ...incident,
  website: call.policy.website,
  availability: votedAvailability(call.regions) ?? incident.availability,
  regions: regionEvidence(call),
});

const failingIn = (regions: readonly RegionEvidence[]): string =>
  JSON.stringify(regions.flatMap(({ region, failingSince }) => (failingSince === null ? [] : [region])));

/** An open incident names the regions that fail now, also while the verdict stays. */
export function nameFailing(draft: Draft, call: Call): Draft {
  const { incident } = draft.state;
  if (incident === null) return draft;
  const next = refreshed(call, incident);
  return failingIn(next.regions) === failingIn(incident.regions) ? draft : revise(draft, next);
}

/** What a message adds to its standard lines. */
export interface Extra {
  note?: string;
  downtimeMs?: number;
}

interface Telling {
  incidentId: string;
  kind: MessageKind;
  /** Tells this change from every other of the incident. */
  change: number;
  verdict: Verdict;
  availability: number;
  body: string;
  note?: string | undefined;
  downtimeMs?: number | undefined;
}

/** Adds a message to what is pending and decided. */
export function say(draft: Draft, call: Call, telling: Telling): Draft {
  const { website } = call.policy;
  const { incidentId, kind, change, verdict, availability, body, note, downtimeMs } = telling;
  const downtime = downtimeMs === undefined ? {} : { downtimeMs };
  const effect: NotifyEffect = {
    do: "notify",
    id: `${incidentId}/${kind}.${change}`,
    kind,
    incidentId,
    at: call.now,
    website,
    title: titleOf({ website, kind, verdict, availability, time: call.tick, ...downtime }),
    body,
    ...(note ? { note } : {}),
    claim: null,
  };
  return {
    state: { ...draft.state, effects: withEffect(draft.state.effects, effect) },
    decided: [...draft.decided, effect],
  };
}

/** Decides a message about an incident and notes on it that it was announced. */
export function announce(
  draft: Draft,
  call: Call,
  incident: Incident,
  kind: MessageKind,
  extra: Extra = {},
): Draft {
  const announced = [...incident.announced, { kind, at: call.now }].slice(-MOST_ANNOUNCED);
  const next = { ...refreshed(call, incident), announced };
  const { note = "", downtimeMs } = extra;
  const lasted = downtimeMs === undefined ? "" : `It lasted ${duration(downtimeMs)}.`;
  return say(revise(draft, next), call, {
    incidentId: incident.id,
    kind,
    change: incident.revision + 1,
    verdict: incident.verdict,
    availability: next.availability,
    body: bodyOf(next, [lasted, note].filter(Boolean).join(" ")),
    note,
    downtimeMs,
  });
}

/** Enough to know the latest of each kind; the incident stays bounded however long it reminds. */
const MOST_ANNOUNCED = 20;
