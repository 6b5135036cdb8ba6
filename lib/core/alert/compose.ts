import { cut } from "../check/outcome.ts";
import { digestTitle } from "../incident/messages.ts";
import type { Message } from "../ports.ts";
import type { MessageKind, NotifyEffect } from "./effect.ts";
import { undeliveredIn } from "./pending.ts";

/** SNS takes 256 KB in all, counted as UTF-8. */
const BODY_LIMIT_BYTES = 200_000;
/** So that 500 endpoints fit into one digest whatever they are called. */
const NAME_LIMIT = 80;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Room for the last line, which counts what was left out. */
const REST_BYTES = 40;

/** As many lines as fit; the last one then tells how many do not. */
function fitting(lines: readonly string[]): string {
  let room = BODY_LIMIT_BYTES - REST_BYTES;
  const kept = lines.findIndex((line) => {
    room -= bytesOf(line) + 1;
    return room < 0;
  });
  return kept < 0
    ? lines.join("\n")
    : [...lines.slice(0, kept), `… and ${lines.length - kept} more`].join("\n");
}

/** First failed check of an effect, as its body has it. */
function failureOf(body: string): string {
  const lines = body.split("\n");
  const at = lines.findIndex((line) => line.startsWith("First failed check"));
  return at < 0 ? "" : (lines[at + 1]?.trim() ?? "");
}

/** One effect in a digest: its first line, and what must not be left unsaid. */
function digestEntry(effect: NotifyEffect, link: string): string {
  const remarks = [effect.note ?? "", failureOf(effect.body)].filter(Boolean).map((text) => ` (${text})`);
  const undelivered = undeliveredIn(effect.body).map((line) => `\n  ${line}`);
  return [effect.title, ...remarks, link, ...undelivered].join("");
}

const shortEntry = ({ title, website }: NotifyEffect): string =>
  title.replace(website, () => cut(website, NAME_LIMIT));

/** Everything about each where that fits, else the first lines, else as many of those as fit and how many do not. */
function digestBody(effects: readonly NotifyEffect[], linkOf: (effect: NotifyEffect) => string): string {
  const full = effects.map((effect) => digestEntry(effect, linkOf(effect))).join("\n");
  return bytesOf(full) <= BODY_LIMIT_BYTES ? full : fitting(effects.map(shortEntry));
}

/** One message for one effect, or a digest that lists all. */
export function compose(
  org: string,
  kind: MessageKind,
  effects: readonly NotifyEffect[],
  at: number,
  linkTo?: (incidentId: string) => string,
): Message {
  const [only] = effects;
  const ids = effects.map(({ id }) => id);
  const websites = effects.map(({ website }) => website);
  if (only !== undefined && effects.length === 1) {
    const link = linkTo ? `\n${linkTo(only.incidentId)}` : "";
    return { org, kind, title: only.title, body: `${only.body}${link}`, websites, ids, at };
  }
  const body = digestBody(effects, ({ incidentId }) => (linkTo ? ` ${linkTo(incidentId)}` : ""));
  return { org, kind, title: digestTitle(kind, websites), body, websites, ids, at };
}
