import fc from "fast-check";
import { expect, test } from "vitest";
import { payloadOf } from "../../../../lib/adapters/sns/payload.ts";
import { digestOf, messageOf } from "./message.ts";

const partsOf = (payload: { Message: string }): { default: string; email: string; sms: string } =>
  JSON.parse(payload.Message);

const sizeOf = ({ Message, Subject, MessageAttributes }: ReturnType<typeof payloadOf>): number =>
  Buffer.byteLength(Message) +
  Buffer.byteLength(Subject) +
  Buffer.byteLength(JSON.stringify(MessageAttributes));

test("e-mail gets the whole text, a telephone the first line", () => {
  const message = messageOf();
  const payload = payloadOf(message);
  expect(payload.Subject).toBe(message.title);
  expect(partsOf(payload)).toEqual({ default: message.body, email: message.body, sms: message.title });
});

test("attributes tell what the message is about, and what to deduplicate by", () => {
  const { MessageAttributes } = payloadOf(messageOf({ ids: ["a/1", "b/2"] }));
  expect(MessageAttributes).toEqual({
    effectId: { DataType: "String", StringValue: "a/1" },
    ids: { DataType: "String.Array", StringValue: '["a/1","b/2"]' },
    kind: { DataType: "String", StringValue: "down" },
    "AWS.SNS.SMS.SMSType": { DataType: "String", StringValue: "Transactional" },
  });
});

test("a message that carries out nothing has no empty attribute, which SNS would refuse", () => {
  const { MessageAttributes } = payloadOf(messageOf({ kind: "test", ids: [] }));
  expect(Object.keys(MessageAttributes)).toEqual(["kind", "AWS.SNS.SMS.SMSType"]);
});

test("a long name is shortened before anything else is lost", () => {
  const name = "Zürich ".repeat(40).trim();
  const title = `Website ${name} is down. availability=50.0%, time=2026-11-20T12:00:00Z`;
  const payload = payloadOf(messageOf({ title, body: title, websites: [name] }));
  expect(payload.Subject).toMatch(
    /^Website Zurich .*\.\. is down\. availability=50\.0%, time=2026-11-20T12:00:00Z$/,
  );
  expect(payload.Subject).toHaveLength(99);
  const { sms } = partsOf(payload);
  expect(sms).toMatch(/^Website Zürich .*\.\. is down\. availability=50\.0%, time=2026-11-20T12:00:00Z$/);
  expect(sms).toHaveLength(160);
});

test("in a digest the longest of the names in the title gives way", () => {
  const long = "x".repeat(90);
  const { Subject } = payloadOf(digestOf(5, (i) => (i === 1 ? long : `site${i}`)));
  expect(Subject).toMatch(/^5 websites are down: site0, x+\.\., site2 and 2 more$/);
});

test("a digest of five hundred says how much of it is left out, and keeps the limit", () => {
  const message = digestOf(500, (i) => `${i} ${"名".repeat(70)}`);
  const payload = payloadOf(message);
  expect(sizeOf(payload)).toBeLessThan(256 * 1_024);
  const { email, default: everybody } = partsOf(payload);
  expect(email.length).toBeGreaterThan(everybody.length);
  for (const part of [email, everybody]) {
    const kept = part.split("\n").slice(0, -1);
    expect(message.body.startsWith(kept.slice(1).join("\n"))).toBe(true);
    expect(part).toMatch(new RegExp(`\\n… and ${501 - kept.length} more lines$`));
  }
  const ids: string[] = JSON.parse(payload.MessageAttributes["ids"]?.StringValue ?? "");
  expect(ids).toEqual(message.ids.slice(0, ids.length));
});

test("whatever a website is called, SNS can take the message", () => {
  const name = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 300 }));
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 800 }), (website, count) => {
      const payload = payloadOf(digestOf(count, (i) => `${website}${i}`));
      expect(payload.Subject).toMatch(/^[ -~]{1,99}$/);
      expect(partsOf(payload).sms.length).toBeLessThanOrEqual(160);
      expect(sizeOf(payload)).toBeLessThan(256 * 1_024);
    }),
    { numRuns: 40 },
  );
});
