import type { MessageAttributeValue } from "@aws-sdk/client-sns";
import { smsOf, subjectOf } from "../../core/incident/fit.ts";
import type { Message } from "../../core/ports.ts";
import { textOf } from "../message-text.ts";

/** What SNS is asked to publish, but for the topic. */
export interface SnsPayload {
  Subject: string;
  MessageStructure: "json";
  /** JSON by protocol. */
  Message: string;
  MessageAttributes: Record<string, MessageAttributeValue>;
}

/** SNS takes 256 KB in all, attributes included; some room is left for names and types. */
const LIMIT_BYTES = 250_000;
/** Attribute `ids`: a digest of hundreds may name more, then it ends early. */
const IDS_BYTES = 60_000;
const REST_BYTES = 60;
/** Of the room for both copies. */
const EMAIL_SHARE = 0.6;

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** As it counts inside of JSON: quotes and line breaks take two bytes. */
const jsonBytesOf = (text: string): number => bytesOf(JSON.stringify(text));

/** As many items as fit, in order. */
function fitting<T>(items: readonly T[], limit: number, bytes: (item: T) => number): T[] {
  let size = 0;
  const end = items.findIndex((item) => {
    size += bytes(item);
    return size > limit;
  });
  return end < 0 ? [...items] : items.slice(0, end);
}

/** A text as it is, or as many of its lines as fit, then how many do not. */
function cutToFit(text: string, limit: number): string {
  if (jsonBytesOf(text) <= limit) return text;
  const lines = text.split("\n");
  const kept = fitting(lines, limit - REST_BYTES, (line) => jsonBytesOf(`${line}\n`));
  return [...kept, `… and ${lines.length - kept.length} more lines`].join("\n");
}

/** Of the names that a title holds, the one whose shortening gains most. */
function longestNamed({ title, websites }: Message): string {
  const named = websites.filter((website) => title.includes(website));
  return named.reduce((longest, name) => (name.length > longest.length ? name : longest), "");
}

const text = (value: string): MessageAttributeValue => ({ DataType: "String", StringValue: value });

/** What receivers deduplicate by: the same change always has the same id. */
function identity(ids: readonly string[]): Record<string, MessageAttributeValue> {
  const [first] = ids;
  if (first === undefined) return {};
  const listed = fitting(ids, IDS_BYTES, (id) => jsonBytesOf(id) + 1);
  return {
    effectId: text(first),
    ids: { DataType: "String.Array", StringValue: JSON.stringify(listed) },
  };
}

/**
 * What SNS publishes of a message: the whole text by e-mail and to everything else, to telephones the first line only,
 * as one SMS. Where both copies of the text don't fit, that for e-mail gets more of it.
 */
export function payloadOf(message: Message): SnsPayload {
  const website = longestNamed(message);
  const sms = smsOf(message.title, website);
  const attributes = { ...identity(message.ids), kind: text(message.kind) };
  const whole = textOf(message);
  const room = LIMIT_BYTES - jsonBytesOf(sms) - bytesOf(JSON.stringify(attributes));
  const email = cutToFit(whole, Math.floor(room * EMAIL_SHARE));
  return {
    Subject: subjectOf(message.title, website),
    MessageStructure: "json",
    Message: JSON.stringify({ default: cutToFit(whole, room - jsonBytesOf(email)), email, sms }),
    MessageAttributes: { ...attributes, "AWS.SNS.SMS.SMSType": text("Transactional") },
  };
}
