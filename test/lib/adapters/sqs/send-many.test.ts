import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { makeSendMany } from "../../../../lib/adapters/sqs/send-many.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";

const sqs = mockClient(SQSClient);
beforeEach(() => {
  sqs.reset();
});

const URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/vigie-failures";
const sendMany = makeSendMany({ client: new SQSClient({ region: "eu-west-1" }), url: URL });
const calls = () => sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
const texts = (count: number) => Array.from({ length: count }, (_, i) => ({ body: `text ${i}` }));
const failed = (...ids: number[]) => ({
  Successful: [],
  Failed: ids.map((id) => ({ Id: String(id), Code: "InternalError", SenderFault: false })),
});

test("ten in a call, each with its own delay", async () => {
  sqs.on(SendMessageBatchCommand).resolves(failed());
  await sendMany([...texts(11), { body: "later", delayS: 900 }]);
  expect(calls().map(({ Entries = [] }) => Entries.length)).toEqual([10, 2]);
  expect(calls()[1]).toEqual({
    QueueUrl: URL,
    Entries: [
      { Id: "0", MessageBody: "text 10" },
      { Id: "1", MessageBody: "later", DelaySeconds: 900 },
    ],
  });
  await sendMany([]);
  expect(calls()).toHaveLength(2);
});

test("those that were refused for the moment are sent again, the others not", async () => {
  sqs.on(SendMessageBatchCommand).resolvesOnce(failed(1, 3)).resolvesOnce(failed(0)).resolves(failed());
  await sendMany(texts(5));
  expect(calls().map(({ Entries = [] }) => Entries.map(({ MessageBody }) => MessageBody))).toEqual([
    texts(5).map(({ body }) => body),
    ["text 1", "text 3"],
    ["text 1"],
  ]);
});

test("what is refused again and again is Unavailable, and so is a queue out of reach", async () => {
  sqs.on(SendMessageBatchCommand).resolves(failed(0));
  await expect(sendMany(texts(2))).rejects.toThrow(Unavailable);
  sqs.on(SendMessageBatchCommand).rejects(Object.assign(new Error("no"), { name: "ServiceUnavailable" }));
  await expect(sendMany(texts(2))).rejects.toThrow(/vigie-failures took no messages \(ServiceUnavailable\)/);
});
