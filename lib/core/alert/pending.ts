import type { Incident } from "../incident/incident.ts";
import { CLAIM_MS, type Effect, type NotifyEffect, type RecordEffect } from "./effect.ts";

/** One endpoint's pending messages stay bounded: with every channel dead for days the oldest give way. */
const MOST_MESSAGES = 20;

const isNotify = (effect: Effect): effect is NotifyEffect => effect.do === "notify";

function mergeOldest([oldest, next, ...rest]: NotifyEffect[]): NotifyEffect[] {
  if (oldest === undefined || next === undefined) return [];
  return [
    { ...next, body: `${next.body}\nNot delivered before this: ${oldest.title}`.slice(0, 4_000) },
    ...rest,
  ];
}

/** Adds a message; beyond the bound the oldest lives on as a line in the one after it. */
export function withEffect(effects: readonly Effect[], effect: NotifyEffect): Effect[] {
  if (effects.some(({ id }) => id === effect.id)) return [...effects];
  const messages = [...effects.filter(isNotify), effect];
  const bounded = messages.length > MOST_MESSAGES ? mergeOldest(messages) : messages;
  return [...effects.filter((other) => !isNotify(other)), ...bounded];
}

/** Queues an incident for the log; it replaces a pending older revision of the same incident. */
export function withRecord(effects: readonly Effect[], incident: Incident): Effect[] {
  const record: RecordEffect = {
    do: "record",
    id: `${incident.id}/record.${incident.revision}`,
    incident,
    claim: null,
  };
  return [...effects.filter((effect) => isNotify(effect) || effect.incident.id !== incident.id), record];
}

export const without = (effects: readonly Effect[], ids: ReadonlySet<string>): Effect[] =>
  effects.filter(({ id }) => !ids.has(id));

/** Clocks of those who deliver differ by seconds; a claim that reaches further ahead is one of a clock set back since. */
const CLOCK_SLACK_MS = 60_000;

/** Whether somebody else holds it at `now` (epoch ms). */
export const isClaimed = ({ claim }: Effect, now: number): boolean =>
  claim !== null && claim.until > now && claim.until <= now + CLAIM_MS + CLOCK_SLACK_MS;
