import type { Message } from "../../core/ports.ts";
import { textOf } from "../message-text.ts";

/** What a webhook receives. A new major shape gets a new `schema`; fields may be added to this one. */
export interface WebhookPayload {
  schema: 1;
  /** The changes it tells of. The same change always has the same id: receivers deduplicate by it. */
  ids: string[];
  kind: Message["kind"];
  title: string;
  body: string;
  /** Names of the websites concerned. */
  websites: string[];
  org: string;
  /** ISO 8601 in UTC. */
  at: string;
  /** Title and body in one: what chat services (Slack, Mattermost) show. */
  text: string;
}

/** Slack cuts a text at 40,000 characters; nobody reads this much of it. */
const TEXT_LIMIT = 4_000;

export const payloadOf = (message: Message): WebhookPayload => ({
  schema: 1,
  ids: message.ids,
  kind: message.kind,
  title: message.title,
  body: message.body,
  websites: message.websites,
  org: message.org,
  at: new Date(message.at).toISOString(),
  text: textOf(message).slice(0, TEXT_LIMIT),
});
