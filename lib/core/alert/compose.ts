import { digestTitle } from "../incident/messages.ts";
import type { Message } from "../ports.ts";
import type { MessageKind, NotifyEffect } from "./effect.ts";

const BODY_LIMIT = 200_000; // SNS takes 256 KB in all

const failureLine = (body: string): string => {
  const lines = body.split("\n");
  const at = lines.findIndex((line) => line.startsWith("First failed check"));
  return at < 0 ? "" : ` (${lines[at + 1]?.trim() ?? ""})`;
};

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
  const linked = ({ incidentId }: NotifyEffect): string => (linkTo ? ` ${linkTo(incidentId)}` : "");
  if (only !== undefined && effects.length === 1) {
    const link = linkTo ? `\n${linkTo(only.incidentId)}` : "";
    return { org, kind, title: only.title, body: `${only.body}${link}`, websites, ids, at };
  }
  const lines = effects.map((effect) => `${effect.title}${failureLine(effect.body)}${linked(effect)}`);
  return {
    org,
    kind,
    title: digestTitle(kind, websites),
    body: lines.join("\n").slice(0, BODY_LIMIT),
    websites,
    ids,
    at,
  };
}
