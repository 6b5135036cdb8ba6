import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { readForward } from "../../../../lib/adapters/sqs/forward-message.ts";
import { forwardedTicks } from "../../../../lib/adapters/sqs/forwarded-ticks.ts";
import { makeQueue } from "../../../../lib/adapters/sqs/send.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import type { TickPlace } from "../../../../lib/core/ports.ts";
import { recordSample } from "../../../contract/samples.ts";

const sqs = mockClient(SQSClient);
beforeEach(() => {
  sqs.reset();
});

const URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/vigie-forward";
const queue = makeQueue({ client: new SQSClient({ region: "eu-west-1" }), url: URL });
const sent = () => sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);

const failing = (name: string, status: number): Error =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: status } });

test("a text is sent at once, or later", async () => {
  await queue.send("a");
  await queue.send("b", 30);
  expect(sent()).toEqual([
    { QueueUrl: URL, MessageBody: "a" },
    { QueueUrl: URL, MessageBody: "b", DelaySeconds: 30 },
  ]);
});

test("an outage is told from a refusal, and the account's number from nobody", async () => {
  sqs.on(SendMessageCommand).rejectsOnce(failing("InternalError", 500)).rejects(failing("AccessDenied", 403));
  await expect(queue.send("a")).rejects.toThrow(
    new Unavailable("The queue vigie-forward took no message (InternalError, status 500)."),
  );
  await expect(queue.send("a")).rejects.toMatchObject({ code: "aws_refused" });
});

const place: TickPlace = { shard: "m0", lane: "main" };
const records = [recordSample()];
const away = new Unavailable("The table is away.");

/** A log that does not take anything, with a queue behind it. */
function behind(faults: unknown[]) {
  return forwardedTicks({
    ticks: { append: () => Promise.reject(away) },
    queue,
    onFault: (error) => faults.push(error),
  });
}

test("records that home's table takes go nowhere else", async () => {
  const taken: unknown[] = [];
  const log = forwardedTicks({
    ticks: { append: async (...given) => void taken.push(given) },
    queue,
    onFault: () => undefined,
  });
  await log.append(records, place);
  expect(taken).toEqual([[records, place]]);
  expect(sent()).toEqual([]);
});

test("records that it does not take wait in the region's queue, and that is told", async () => {
  const faults: unknown[] = [];
  await behind(faults).append(records, place);
  expect(sent().map(({ MessageBody = "" }) => readForward(MessageBody))).toEqual([
    { type: "ticks", place, records },
  ]);
  expect(faults).toEqual([away]);
});

test("with both gone the log says so: whoever appends keeps the records", async () => {
  sqs.on(SendMessageCommand).rejects(failing("InternalError", 500));
  const faults: unknown[] = [];
  await expect(behind(faults).append(records, place)).rejects.toBe(away);
  expect(faults).toHaveLength(1);
});
