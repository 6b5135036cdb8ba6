import { PublishCommand } from "@aws-sdk/client-sns";
import { expect, test } from "vitest";
import { startBox } from "./box.ts";
import { clientsOf } from "./clients.ts";
import { T0 } from "./clock.ts";
import { arn } from "./wire.ts";

const TopicArn = arn("sns", "eu-central-1", "vigie-default");

async function withTopic() {
  const box = await startBox();
  box.sns.createTopic(TopicArn);
  return { box, sns: clientsOf(box).sns };
}

test("a message with its attributes, and the forms that subscribers get", async () => {
  const { box, sns } = await withTopic();
  await using _ = box;
  const texts = { default: "d", email: "for <people> & more", sms: "short" };
  await sns.send(
    new PublishCommand({
      TopicArn,
      Subject: "It is down",
      Message: JSON.stringify(texts),
      MessageStructure: "json",
      MessageAttributes: { effectId: { DataType: "String", StringValue: "e1" } },
    }),
  );
  await sns.send(new PublishCommand({ TopicArn, Message: "plain" }));
  expect(box.sns.published).toMatchObject([
    { subject: "It is down", message: texts.email, sms: "short", attributes: { effectId: "e1" } },
    { subject: "", message: "plain", sms: "plain", attributes: {} },
  ]);
  expect(box.sns.published[0]?.at).toBeGreaterThanOrEqual(T0);
});

test.each([
  ["a subject of 100 characters", { Subject: "x".repeat(100), Message: "m" }, "InvalidParameter"],
  ["a subject with a line break", { Subject: "a\nb", Message: "m" }, "InvalidParameter"],
  ["a subject beyond ASCII", { Subject: "café", Message: "m" }, "InvalidParameter"],
  ["a message without a default form", { Message: "{}", MessageStructure: "json" }, "InvalidParameter"],
  ["an unknown topic", { TopicArn: `${TopicArn}x`, Message: "m" }, "NotFound"],
])("%s: refused", async (_name, input, code) => {
  const { box, sns } = await withTopic();
  await using _ = box;
  await expect(sns.send(new PublishCommand({ TopicArn, ...input }))).rejects.toMatchObject({
    name: expect.stringMatching(code),
  });
  expect(box.sns.published).toEqual([]);
});
