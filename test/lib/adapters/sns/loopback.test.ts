/** The SDK's own client against a server on loopback: what really goes over the wire, and how its faults come back. */
import { SNSClient } from "@aws-sdk/client-sns";
import { expect, onTestFinished, test } from "vitest";
import { clientOptions } from "../../../../lib/adapters/aws/client.ts";
import { makeSnsNotifier } from "../../../../lib/adapters/sns/sns.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { answer, type Behaviour, type Loopback, loopback } from "../../../support/loopback.ts";
import { messageOf, T0 } from "./message.ts";

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:vigie-default";

const published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>
<MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>`;

const refusal = (
  code: string,
): string => `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error>
<Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

async function world(behaviour: Behaviour, patience = { connectMs: 1_000, tryMs: 1_000, tries: 1 }) {
  const server = await loopback(behaviour);
  const client = new SNSClient({
    ...clientOptions("eu-west-1", patience),
    endpoint: `http://${server.host}`,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
  });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  return { server, notifier: makeSnsNotifier({ client, topicArnOf: () => TOPIC, clock: { now: () => T0 } }) };
}

const formOf = (server: Loopback, index: number): URLSearchParams =>
  new URLSearchParams((server.received[index] ?? "").split("\r\n\r\n")[1]);

const xml = { "content-type": "text/xml" };

test("one request says topic, subject, texts and attributes", async () => {
  const { server, notifier } = await world({ onRequest: (socket) => socket.end(answer(published, xml)) });
  expect(await notifier.send(messageOf())).toEqual([{ channel: "sns", ok: true, at: T0 }]);
  const form = formOf(server, 0);
  expect(Object.fromEntries(form)).toMatchObject({
    Action: "Publish",
    TopicArn: TOPIC,
    Subject: messageOf().title,
    MessageStructure: "json",
  });
  expect(JSON.parse(form.get("Message") ?? "")).toMatchObject({ sms: messageOf().title });
  expect([...form.values()]).toContain("effectId");
});

test("a connection that is reset is tried again", async () => {
  const { server, notifier } = await world(
    {
      onRequest: (socket, _request, index) =>
        index === 0 ? socket.resetAndDestroy() : socket.end(answer(published, xml)),
    },
    { connectMs: 1_000, tryMs: 1_000, tries: 2 },
  );
  await notifier.send(messageOf());
  expect(server.connections()).toBe(2);
});

test("a topic that is gone is told from an outage", async () => {
  const { notifier } = await world({
    onRequest: (socket) => socket.end(answer(refusal("NotFound"), xml, 404)),
  });
  await expect(notifier.send(messageOf())).rejects.toMatchObject({ code: "topic_missing" });
});

test.each<[string, Behaviour]>([
  ["throttles", { onRequest: (socket) => socket.end(answer(refusal("Throttled"), xml, 429)) }],
  ["fails", { onRequest: (socket) => socket.end(answer("no XML", xml, 500)) }],
  ["resets", { onRequest: (socket) => socket.resetAndDestroy() }],
  ["says nothing", {}],
  [
    "stops within its answer",
    { onRequest: (socket) => socket.write(answer(published, xml).subarray(0, 120)) },
  ],
])("a server that %s leaves the message pending", async (_, behaviour) => {
  const { notifier } = await world(behaviour, { connectMs: 200, tryMs: 200, tries: 1 });
  await expect(notifier.send(messageOf())).rejects.toBeInstanceOf(Unavailable);
});
