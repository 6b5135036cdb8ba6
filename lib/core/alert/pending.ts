import { cut } from "../check/outcome.ts";
import type { Incident } from "../incident/incident.ts";
import { CLAIM_MS, type Effect, type NotifyEffect, type RecordEffect } from "./effect.ts";

/** One endpoint's pending messages stay bounded: with every channel dead for days the oldest give way. */
const MOST_MESSAGES = 20;
/** And its records, should the incident log be out of reach for days: an item that no store takes would end all alerting. */
const MOST_RECORDS = 50;

const isNotify = (effect: Effect): effect is NotifyEffect => effect.do === "notify";

const UNDELIVERED = "Not delivered before this: ";
const UNDELIVERED_KEPT = 20;
const TITLE_LIMIT = 200;

/** The lines of a body that tell of messages which never went before it. */
export const undeliveredIn = (body: string): string[] =>
  body.split("\n").filter((line) => line.startsWith(UNDELIVERED));

/** How many messages a line stands for: one, or the number it tells. */
const countIn = (line: string): number => Number(/: (\d+) earlier messages$/.exec(line)?.[1] ?? 1);

/** The latest as lines of their own, the rest as their number. */
function undelivered(lines: readonly string[]): string[] {
  const latest = lines.slice(-UNDELIVERED_KEPT);
  const earlier = lines.slice(0, -UNDELIVERED_KEPT).reduce((sum, line) => sum + countIn(line), 0);
  return earlier === 0 ? latest : [`${UNDELIVERED}${earlier} earlier messages`, ...latest];
}

function mergeOldest([oldest, next, ...rest]: NotifyEffect[]): NotifyEffect[] {
  if (oldest === undefined || next === undefined) return [];
  const lines = [...undeliveredIn(oldest.body), `${UNDELIVERED}${cut(oldest.title, TITLE_LIMIT)}`];
  return [{ ...next, body: [next.body, ...undelivered(lines)].join("\n") }, ...rest];
}

/** Adds a message; beyond the bound the oldest lives on as a line in the one after it, with the lines it had. */
export function withEffect(effects: readonly Effect[], effect: NotifyEffect): Effect[] {
  if (effects.some(({ id }) => id === effect.id)) return [...effects];
  const messages = [...effects.filter(isNotify), effect];
  const bounded = messages.length > MOST_MESSAGES ? mergeOldest(messages) : messages;
  return [...effects.filter((other) => !isNotify(other)), ...bounded];
}

/**
 * Queues an incident for the log; it replaces a pending older revision of the same incident. The oldest give way. Its
 * messages stay behind: the log has each of them before the incident does.
 */
export function withRecord(effects: readonly Effect[], incident: Incident): Effect[] {
  const record: RecordEffect = {
    do: "record",
    id: `${incident.id}/record.${incident.revision}`,
    incident: { ...incident, messages: [] },
    claim: null,
  };
  const others = effects.filter((effect) => !isNotify(effect) && effect.incident.id !== incident.id);
  return [...others.slice(1 - MOST_RECORDS), ...effects.filter(isNotify), record];
}

export const without = (effects: readonly Effect[], ids: ReadonlySet<string>): Effect[] =>
  effects.filter(({ id }) => !ids.has(id));

/** Clocks of those who deliver differ by seconds; a claim that reaches further ahead is one of a clock set back since. */
const CLOCK_SLACK_MS = 60_000;

/** Whether somebody else holds it at `now` (epoch ms). */
export const isClaimed = ({ claim }: Effect, now: number): boolean =>
  claim !== null && claim.until > now && claim.until <= now + CLAIM_MS + CLOCK_SLACK_MS;
