import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { makeSnsNotifier } from "../../../../lib/adapters/sns/sns.ts";
import { Unavailable, VigieError } from "../../../../lib/core/errors.ts";
import { messageOf, T0 } from "./message.ts";

const sns = mockClient(SNSClient);
beforeEach(() => {
  sns.reset();
});

const notifier = makeSnsNotifier({
  client: new SNSClient({ region: "eu-west-1" }),
  topicArnOf: (org) => `arn:aws:sns:eu-west-1:123456789012:vigie-${org}`,
  clock: { now: () => T0 },
});

/** An error as the SDK throws it; without a status nobody answered. */
const failure = (name: string, status?: number): Error =>
  Object.assign(new Error("arn:aws:sts::123456789012:assumed-role/x"), {
    name,
    $metadata: status === undefined ? {} : { httpStatusCode: status },
  });

test("a message goes to its organization's topic, once", async () => {
  sns.on(PublishCommand).resolves({ MessageId: "1" });
  expect(await notifier.send(messageOf({ org: "acme" }))).toEqual([{ channel: "sns", ok: true, at: T0 }]);
  expect(sns.commandCalls(PublishCommand).map(({ args }) => args[0].input)).toMatchObject([
    { TopicArn: "arn:aws:sns:eu-west-1:123456789012:vigie-acme", MessageStructure: "json" },
  ]);
});

test.each([
  ["throttled", failure("ThrottledException", 429)],
  ["throttled with a status of the caller's", failure("Throttling", 400)],
  ["an error of its own", failure("InternalErrorException", 500)],
  ["closed for now", failure("ServiceUnavailable", 503)],
  ["silent", failure("TimeoutError")],
])("SNS that is %s may take it later", async (_, error) => {
  sns.on(PublishCommand).rejects(error);
  const thrown = await notifier.send(messageOf()).catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(Unavailable);
  expect(String(thrown)).not.toContain("arn:");
});

test("a missing topic is named, with what to do", async () => {
  sns.on(PublishCommand).rejects(failure("NotFoundException", 404));
  await expect(notifier.send(messageOf({ org: "acme" }))).rejects.toMatchObject({
    code: "topic_missing",
    message: expect.stringMatching(/vigie-acme: deploy again/),
  });
});

test("what SNS refuses for good is no outage", async () => {
  sns.on(PublishCommand).rejects(failure("AuthorizationErrorException", 403));
  const thrown = await notifier.send(messageOf()).catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(VigieError);
  expect(thrown).not.toBeInstanceOf(Unavailable);
  expect(thrown).toMatchObject({ code: "aws_refused" });
});
