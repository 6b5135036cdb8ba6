import { randomUUID } from "node:crypto";
import type { BoxClock } from "../clock.ts";
import { xml, xmlError } from "../protocols.ts";
import type { Ordered, StandIn } from "../stand-in.ts";
import { type BoxRequest, RefusedCall } from "../wire.ts";

/** What was published, as a subscriber could see it. */
export interface Published {
  topicArn: string;
  /** Epoch ms on the box's clock. */
  at: number;
  subject: string;
  /** What an e-mail says. */
  message: string;
  /** What an SMS says. */
  sms: string;
  attributes: Record<string, string>;
}

export interface Sns extends StandIn {
  createTopic(topicArn: string): void;
  /** In order of arrival. */
  readonly published: readonly Published[];
}

const NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";
const MAX_BYTES = 262_144;
// the Publish reference: ASCII, begins with a letter, number or punctuation mark, no line breaks, fewer than 100
const SUBJECT = /^[!-~][ -~]{0,98}$/;

const invalid = (reason: string) => new RefusedCall("InvalidParameter", `Invalid parameter: ${reason}`);

/** `MessageAttributes.entry.1.Name=effectId&MessageAttributes.entry.1.Value.StringValue=...` */
function attributesOf(form: URLSearchParams): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let i = 1; ; i++) {
    const name = form.get(`MessageAttributes.entry.${i}.Name`);
    if (name === null) return attributes;
    const value = form.get(`MessageAttributes.entry.${i}.Value.StringValue`);
    if (!value) throw invalid(`the value of message attribute '${name}' is empty`);
    attributes[name] = value;
  }
}

function textsOf(form: URLSearchParams): { message: string; sms: string } {
  const message = form.get("Message") ?? "";
  if (message === "") throw invalid("Empty message");
  if (form.get("MessageStructure") !== "json") return { message, sms: message };
  // the shape that Publish asks for under MessageStructure json
  const texts = JSON.parse(message) as Record<string, string>;
  if (texts["default"] === undefined)
    throw invalid("Message Structure - No default entry in JSON message body");
  return { message: texts["email"] ?? texts["default"], sms: texts["sms"] ?? texts["default"] };
}

export function makeSns(clock: BoxClock): Sns {
  const topics = new Set<string>();
  const published: Published[] = [];

  function publish({ body }: Ordered) {
    const form = new URLSearchParams(body.toString());
    const topicArn = form.get("TopicArn") ?? "";
    if (!topics.has(topicArn)) throw new RefusedCall("NotFound", "Topic does not exist", 404);
    const subject = form.get("Subject") ?? "";
    if (form.has("Subject") && !SUBJECT.test(subject)) throw invalid("Subject");
    const attributes = attributesOf(form);
    const size = Buffer.byteLength((form.get("Message") ?? "") + Object.entries(attributes).flat().join(""));
    if (size > MAX_BYTES) throw invalid("Message too long");
    published.push({ topicArn, at: clock.now(), subject, ...textsOf(form), attributes });
    return xml("Publish", NAMESPACE, { MessageId: randomUUID() });
  }

  return {
    service: "sns",
    recognise(request: BoxRequest) {
      if (request.scope?.service !== "sns") return null;
      const form = new URLSearchParams(request.body.toString());
      return { action: form.get("Action") ?? "", resources: [form.get("TopicArn") ?? ""] };
    },
    perform(request) {
      if (request.target.action === "Publish") return publish(request);
      throw new RefusedCall("InvalidAction", `The stand-in knows no ${request.target.action}.`);
    },
    refuse: xmlError,
    refusals: {
      throttled: { status: 400, code: "Throttling", message: "Rate exceeded" },
      broken: { status: 500, code: "InternalError", message: "Internal Server Error" },
    },
    createTopic: (topicArn) => topics.add(topicArn),
    published,
  };
}
