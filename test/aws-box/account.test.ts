import { join } from "node:path";
import { expect, test } from "vitest";
import { createTables } from "../support/dynamo-tables.ts";
import { deployStacks } from "./account/deploy-stacks.ts";
import { leadingKeysOf } from "./account/leading-keys.ts";
import { allowOf, policyDocument } from "./account/policy.ts";
import { readStack } from "./account/template.ts";
import { startBox } from "./box.ts";
import { deliver } from "./mapping.ts";
import { dynamodbAt, tableNames } from "./tables.ts";

const { Statement: statements } = policyDocument.parse({
  Statement: [
    { Sid: "Read", Effect: "Allow", Action: "dynamodb:GetItem", Resource: "arn:x:table/t" },
    {
      Sid: "Own",
      Effect: "Allow",
      Action: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
      Resource: ["arn:x:table/t"],
      Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["SLOW#eu?#*"] } },
    },
    { Sid: "Publish", Effect: "Allow", Action: "sns:Publish", Resource: "arn:aws:sns:*:1:vigie-*" },
  ],
});

test.each([
  ["dynamodb:GetItem", ["arn:x:table/t"], ["any"], ["Read"]],
  ["dynamodb:GetItem", ["arn:x:table/other"], [], null],
  ["dynamodb:DeleteItem", ["arn:x:table/t"], [], null],
  ["dynamodb:PutItem", ["arn:x:table/t"], ["SLOW#eu1#s"], ["Own"]],
  ["dynamodb:PutItem", ["arn:x:table/t"], ["SLOW#eu1#s", "E#default"], null],
  ["sns:Publish", ["arn:aws:sns:eu:1:vigie-default"], [], ["Publish"]],
  ["dynamodb:GetItem", ["arn:x:table/t", "arn:x:table/u"], [], null],
])("%s on %j with %j: %j", (action, resources, leadingKeys, expected) => {
  const allows = allowOf(statements, { action, resources, leadingKeys });
  expect(allows?.map(({ Sid }) => Sid) ?? null).toEqual(expected);
});

test("the partition keys of every kind of request", () => {
  const item = (S: string) => ({ pk: { S }, sk: { S: "-" } });
  expect(leadingKeysOf({ Key: item("a") })).toEqual(["a"]);
  expect(leadingKeysOf({ Item: item("b") })).toEqual(["b"]);
  expect(leadingKeysOf({ RequestItems: { t: { Keys: [item("c"), item("d")] } } })).toEqual(["c", "d"]);
  expect(
    leadingKeysOf({
      RequestItems: { t: [{ PutRequest: { Item: item("e") } }, { DeleteRequest: { Key: item("f") } }] },
    }),
  ).toEqual(["e", "f"]);
  expect(
    leadingKeysOf({
      KeyConditionExpression: "#p = :p AND #s >= :s",
      ExpressionAttributeValues: { ":p": { S: "g" }, ":s": { S: "h" } },
    }),
  ).toEqual(["g"]);
});

const allow = (Sid: string, Action: string, Resource: unknown) => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
});
const account = { Ref: "AWS::AccountId" };
const tableArn = { "Fn::Join": ["", ["arn:aws:dynamodb:eu-central-1:", account, ":table/vigie-config"]] };

/** A worker on a queue with dead letters, and the API's route into it. */
const template = {
  Resources: {
    Dead12345678: { Type: "AWS::SQS::Queue", Properties: {} },
    Work12345678: {
      Type: "AWS::SQS::Queue",
      Properties: {
        VisibilityTimeout: 40,
        RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead12345678", "Arn"] }, maxReceiveCount: 1 },
      },
    },
    Topic12345678: { Type: "AWS::SNS::Topic", Properties: { TopicName: "vigie-default" } },
    WorkerRole12345678: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: "lambda.amazonaws.com" } }] },
        Policies: [
          {
            PolicyDocument: {
              Statement: [
                allow("List", "dynamodb:ListTables", "*"),
                allow("Read", "dynamodb:GetItem", tableArn),
                allow("Logs", "logs:PutLogEvents", "*"),
              ],
            },
          },
        ],
      },
    },
    Worker12345678: {
      Type: "AWS::Lambda::Function",
      Properties: {
        FunctionName: "worker",
        Timeout: 30,
        MemorySize: 256,
        Role: { "Fn::GetAtt": ["WorkerRole12345678", "Arn"] },
        Environment: { Variables: { TABLE_REGION: "eu-central-1", QUEUE_URL: { Ref: "Work12345678" } } },
      },
    },
    Source12345678: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        BatchSize: 1,
        EventSourceArn: { "Fn::GetAtt": ["Work12345678", "Arn"] },
        FunctionName: { Ref: "Worker12345678" },
      },
    },
    Every12345678: {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        ScheduleExpression: "cron(* * * * ? *)",
        Target: {
          Arn: { "Fn::GetAtt": ["Worker12345678", "Arn"] },
          Input: '{"do":"answer","at":"<aws.scheduler.scheduled-time>"}',
        },
      },
    },
    Api12345678: {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        IntegrationSubtype: "SQS-SendMessage",
        RequestParameters: { QueueUrl: { Ref: "Work12345678" }, MessageBody: "$request.body" },
      },
    },
  },
};

test("stacks are laid out as they say, and functions may do what their policies allow", async () => {
  await using box = await startBox();
  await createTables(dynamodbAt(box.dynamodb.url, box.homeRegion), tableNames);
  const { mappings, schedules, functions, failures } = await deployStacks({
    box,
    stacks: [readStack("Home", box.homeRegion, JSON.stringify(template))],
    bundleOf: async () => join(import.meta.dirname, "runner/sample-function.ts"),
    insideAddresses: [],
    routes: () => ({}),
  });
  const [mapping] = mappings;
  const [schedule] = schedules;
  const worker = functions.get("eu-central-1/worker");
  if (mapping === undefined || schedule === undefined || worker === undefined)
    throw new Error("not laid out");
  expect(failures).toBe(mapping.queue);
  expect(schedule.eventAt(Date.UTC(2026, 0, 1))).toEqual({ do: "answer", at: "2026-01-01T00:00:00Z" });

  mapping.queue.send("bad");
  await deliver(mapping.queue, mapping.deployed, mapping);
  box.clock.advance(40_000);
  await deliver(mapping.queue, mapping.deployed, mapping);
  expect(box.sqs.queue(box.homeRegion, "Dead").messages.map(({ body }) => body)).toEqual(["bad"]);

  expect((await worker.invoke({ do: "call" })).outcome).toMatchObject({ kind: "answered" });
  expect(box.guard.allows().map(({ sid, used }) => [sid, used])).toEqual([
    ["List", true],
    ["Read", false],
  ]);
  box.guard.restrict(box.homeRegion, "worker", []);
  expect((await worker.invoke({ do: "call" })).outcome).toMatchObject({
    error: { name: "AccessDeniedException" },
  });
  expect(box.guard.denied).toEqual([expect.stringContaining("eu-central-1/worker: dynamodb:ListTables")]);
});
