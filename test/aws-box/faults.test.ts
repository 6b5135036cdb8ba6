/** Every way to fail, as the SDK's clients see it. */
import { GetItemCommand, ListTablesCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { DescribeEndpointsCommand } from "@aws-sdk/client-timestream-write";
import { expect, test } from "vitest";
import { createTables } from "../support/dynamo-tables.ts";
import { type Box, startBox } from "./box.ts";
import { clientsOf } from "./clients.ts";
import { queueUrl } from "./sqs/stand-in.ts";
import { dynamodbAt, tableNames } from "./tables.ts";
import { arn } from "./wire.ts";

const TopicArn = arn("sns", "eu-central-1", "t");

async function withEverything(): Promise<Box> {
  const box = await startBox();
  box.sqs.create({ region: box.homeRegion, name: "q" });
  box.sns.createTopic(TopicArn);
  box.lambda.create(box.homeRegion, "f");
  return box;
}

/** One call of each service. */
const calls = (box: Box, attempts = 1) => {
  const { dynamodb, sqs, sns, lambda, timestream } = clientsOf(box, box.homeRegion, attempts);
  return {
    dynamodb: () => dynamodb.send(new ListTablesCommand({})),
    sqs: () => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(box.url, "q"), MessageBody: "m" })),
    sns: () => sns.send(new PublishCommand({ TopicArn, Message: "m" })),
    lambda: () =>
      lambda.send(new InvokeCommand({ FunctionName: "f", InvocationType: "Event", Payload: "{}" })),
    timestream: () => timestream.send(new DescribeEndpointsCommand({})),
  };
};

const services = ["dynamodb", "sqs", "sns", "lambda", "timestream"] as const;

test.each(services)(
  "%s throttled, and broken: told as AWS tells it, and the SDK tries again",
  async (service) => {
    await using box = await withEverything();
    const throttled = box.faults.add({ service }, "throttled", { times: 1 });
    await expect(calls(box)[service]()).rejects.toMatchObject({ $fault: "client" });
    const broken = box.faults.add({ service }, "broken", { times: 1 });
    await expect(calls(box)[service]()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    box.faults.add({ service }, "throttled", { times: 1 });
    box.faults.add({ service }, "broken", { after: 1, times: 1 });
    await calls(box, 4)[service]();
    expect([throttled.hits, broken.hits]).toEqual([1, 1]);
    expect(box.calls({ service }).map(({ performed }) => performed)).toEqual([...Array(4).fill(false), true]);
  },
);

test("a reset before the call leaves nothing done; one after it leaves it done", async () => {
  await using box = await withEverything();
  const messages = () => box.sqs.queue(box.homeRegion, "q").messages.length;
  box.faults.add({ service: "sqs" }, "reset-before", { times: 1 });
  await expect(calls(box).sqs()).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(messages()).toBe(0);
  box.faults.add({ service: "sqs" }, "reset-after", { times: 1 });
  await expect(calls(box).sqs()).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(messages()).toBe(1);
});

test("what a retry repeats is there twice", async () => {
  await using box = await withEverything();
  box.faults.add({ service: "sqs" }, "reset-after", { times: 1 });
  await calls(box, 2).sqs();
  box.faults.add({ service: "sns" }, "twice");
  await calls(box).sns();
  expect(box.sqs.queue(box.homeRegion, "q").messages).toHaveLength(2);
  expect(box.sns.published).toHaveLength(2);
});

test("a stalled call has no answer until the fault ends", async () => {
  await using box = await withEverything();
  const fault = box.faults.add({ service: "sns" }, "stalled");
  const call = calls(box).sns();
  await expect.poll(() => fault.hits).toBe(1);
  fault.end();
  await expect(call).rejects.toThrow();
  expect(box.sns.published).toEqual([]);
});

test("a fault befalls the n-th call of an action on a resource, and nothing else", async () => {
  await using box = await withEverything();
  await createTables(dynamodbAt(box.dynamodb.url, box.homeRegion), tableNames);
  const { dynamodb } = clientsOf(box);
  const where = { action: "PutItem", resource: "table/vigie-alerts" };
  box.faults.add(where, "throttled", { after: 1, times: 1 });
  const Key = { pk: { S: "p" }, sk: { S: "s" } };
  const put = (TableName: string) => dynamodb.send(new PutItemCommand({ TableName, Item: Key }));
  await put(tableNames.config);
  await put(tableNames.alerts);
  await dynamodb.send(new GetItemCommand({ TableName: tableNames.alerts, Key }));
  await expect(put(tableNames.alerts)).rejects.toMatchObject({
    name: "ProvisionedThroughputExceededException",
  });
  await put(tableNames.alerts);
  expect(box.calls(where).map(({ status }) => status)).toEqual([200, 400, 200]);
});
