import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { startBox } from "./box.ts";
import { clientsOf } from "./clients.ts";
import { queueUrl } from "./sqs/stand-in.ts";

async function withQueue() {
  const box = await startBox();
  const region = "eu-west-1";
  const dead = box.sqs.create({ region, name: "work-dead" });
  const queue = box.sqs.create({
    region,
    name: "work",
    visibilityMs: 60_000,
    deadLetters: { queue: dead, maxReceives: 2 },
  });
  const { sqs } = clientsOf(box, region);
  return { box, queue, dead, sqs, QueueUrl: queueUrl(box.url, "work") };
}

test("a message is sent, received, hidden meanwhile, and deleted", async () => {
  const { box, sqs, QueueUrl, queue } = await withQueue();
  await using _ = box;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "one é" }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages.map(({ Body }) => Body)).toEqual(["one é"]);
  expect((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toEqual([]);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
  expect(queue.messages).toEqual([]);
});

test("a delayed message comes when the box's clock says so", async () => {
  const { box, sqs, QueueUrl, queue } = await withQueue();
  await using _ = box;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later", DelaySeconds: 30 }));
  box.clock.advance(29_000);
  expect(queue.receive(1)).toEqual([]);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesDelayed: "1",
  });
  box.clock.advance(1_000);
  expect(queue.receive(1)).toHaveLength(1);
});

test("a message that is never deleted comes again, and then is a dead letter", async () => {
  const { box, queue, dead } = await withQueue();
  await using _ = box;
  queue.send("poison");
  for (const receives of [1, 2]) {
    expect(queue.receive(10)).toMatchObject([{ body: "poison", receives }]);
    box.clock.advance(60_000);
  }
  expect(queue.receive(10)).toEqual([]);
  expect(dead.receive(10)).toMatchObject([{ body: "poison", receives: 1 }]);
});

test("a batch half-fails, by our script and by its own entries", async () => {
  const { box, sqs, QueueUrl, queue } = await withQueue();
  await using _ = box;
  const fault = box.faults.add({ service: "sqs", action: "SendMessageBatch" }, "half", { times: 1 });
  const Entries = ["a", "b", "c"].map((Id) => ({ Id, MessageBody: Id }));
  const half = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  expect(half.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
  expect(half.Failed).toMatchObject([{ Id: "b", SenderFault: false }]);
  expect(fault.hits).toBe(1);
  const bad = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: "x", MessageBody: "\u0000" },
        { Id: "y", MessageBody: "y" },
      ],
    }),
  );
  expect(bad.Failed).toMatchObject([{ Id: "x", SenderFault: true, Code: "InvalidMessageContents" }]);
  expect(queue.messages.map(({ body }) => body)).toEqual(["a", "c", "y"]);
});

test.each([
  ["too long", { MessageBody: "x".repeat(262_145) }, "InvalidParameterValue"],
  ["delayed for too long", { MessageBody: "x", DelaySeconds: 901 }, "InvalidParameterValue"],
])("%s: refused", async (_name, message, code) => {
  const { box, sqs, QueueUrl } = await withQueue();
  await using _ = box;
  await expect(sqs.send(new SendMessageCommand({ QueueUrl, ...message }))).rejects.toMatchObject({
    name: code,
  });
});

test("a queue of another region is none", async () => {
  const { box, QueueUrl } = await withQueue();
  await using _ = box;
  const { sqs } = clientsOf(box, "us-east-1");
  await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }))).rejects.toMatchObject({
    name: "QueueDoesNotExist",
  });
});
