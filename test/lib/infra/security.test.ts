/** What the templates say about who may invoke, read and write what. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { parseApiEnv } from "../../../functions/api/env.ts";
import { parseDispatchEnv } from "../../../functions/dispatch/env.ts";
import { parseFailureEnv } from "../../../functions/failure/env.ts";
import { parseForwardEnv } from "../../../functions/forward/env.ts";
import { parseProbeEnv } from "../../../functions/probe/env.ts";
import { parseReplayEnv } from "../../../functions/replay/env.ts";
import { parseRollupEnv } from "../../../functions/rollup/env.ts";
import { parseWatchdogEnv } from "../../../functions/watchdog/env.ts";
import { type Resource, resourcesOf, type Stack } from "../../aws-box/account/template.ts";
import { emptyBundles, least, most, synthesize } from "./support.ts";

const bundles = emptyBundles();
afterAll(() => bundles.remove());

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.string(),
  Action: oneOrMore,
  Resource: oneOrMore.optional(),
  Principal: z.unknown().optional(),
  Condition: z.unknown().optional(),
});
const policyDocument = z.object({ Statement: z.array(statement) });
const role = z.object({
  AssumeRolePolicyDocument: policyDocument,
  ManagedPolicyArns: z.undefined().optional(),
  Policies: z.array(z.object({ PolicyDocument: policyDocument })).length(1),
});
const lambda = z.object({
  FunctionName: z.string(),
  Role: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

let all: Stack[];
let home: Stack;
let first: Stack;
let second: Stack;
beforeAll(() => {
  all = synthesize(bundles.folder, most);
  const [one, two, three] = all;
  if (one === undefined || two === undefined || three === undefined) throw new RangeError("too few stacks");
  [home, first, second] = [one, two, three];
}, 60_000);

const properties = (stack: Stack, type: string): Resource[] => resourcesOf(all, stack, type);

/** Lines as `Sid: actions on resources (condition)`; what is the same in every ARN is left out. */
function policiesOf(stack: Stack): Record<string, string[]> {
  const roles = new Map(
    properties(stack, "AWS::IAM::Role").map((one) => [one.name, role.parse(one.properties)]),
  );
  return Object.fromEntries(
    properties(stack, "AWS::Lambda::Function").map((one) => {
      const { FunctionName, Role } = lambda.parse(one.properties);
      const statements = roles
        .get(Role.split(":").at(-1) ?? "")
        ?.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      return [FunctionName, (statements ?? []).filter(({ Sid }) => Sid !== "Logs").map(lineOf)];
    }),
  );
}

const short = (arn: string): string => arn.replace(/^arn:aws:/, "").replace(/:\d{12}:/, ":");

function lineOf({
  Sid,
  Effect,
  Action,
  Resource: resources = [],
  Condition,
}: z.output<typeof statement>): string {
  const actions = Action.map((action) => action.replace(/^[a-z-]+:/, "")).join(" ");
  const condition =
    Condition === undefined ? "" : ` if ${JSON.stringify(Condition).replaceAll(/[{}"]/g, "")}`;
  return `${Effect === "Allow" ? "" : `${Effect} `}${Sid}: ${actions} on ${resources.map(short).join(" ")}${condition}`;
}

describe("each function's policy, whole", () => {
  test("at home", () => {
    expect(policiesOf(home)).toMatchInlineSnapshot(`
      {
        "vigie-api": [
          "KeepEndpoints: BatchGetItem DeleteItem GetItem PutItem Query UpdateItem on dynamodb:eu-west-1:table/vigie-config",
          "KeepAlerts: BatchGetItem GetItem UpdateItem on dynamodb:eu-west-1:table/vigie-alerts",
          "ReadIncidents: Query on dynamodb:eu-west-1:table/vigie-alerts dynamodb:eu-west-1:table/vigie-alerts/index/feed dynamodb:eu-west-1:table/vigie-alerts/index/openFeed dynamodb:eu-west-1:table/vigie-alerts/index/endpointFeed",
          "ReadTicks: Query on dynamodb:eu-west-1:table/vigie-ticks",
          "ReadHistory: Query on dynamodb:eu-west-1:table/vigie-history",
          "Publish: Publish on sns:eu-west-1:vigie-*",
        ],
        "vigie-failure": [
          "ReadEndpoints: BatchGetItem on dynamodb:eu-west-1:table/vigie-config",
          "KeepAlerts: BatchGetItem GetItem PutItem UpdateItem on dynamodb:eu-west-1:table/vigie-alerts",
          "FindUnsent: Query on dynamodb:eu-west-1:table/vigie-alerts/index/unsent",
          "ReadTicks: Query on dynamodb:eu-west-1:table/vigie-ticks",
          "Publish: Publish on sns:eu-west-1:vigie-*",
          "HandOn: SendMessage on sqs:eu-west-1:VigieFailures",
          "Source: DeleteMessage GetQueueAttributes ReceiveMessage on sqs:eu-west-1:VigieFailures",
        ],
        "vigie-rollup": [
          "ReadEndpoints: BatchGetItem on dynamodb:eu-west-1:table/vigie-config",
          "ReadShard: Query on dynamodb:eu-west-1:table/vigie-config/index/byShard",
          "CountShards: GetItem Query UpdateItem on dynamodb:eu-west-1:table/vigie-config if ForAllValues:StringEquals:dynamodb:LeadingKeys:[SHARDS]",
          "ReadTicks: Query on dynamodb:eu-west-1:table/vigie-ticks",
          "KeepHistory: BatchWriteItem GetItem Query UpdateItem on dynamodb:eu-west-1:table/vigie-history",
          "PlanHour: SendMessage on sqs:eu-west-1:VigieRollups",
          "Source: DeleteMessage GetQueueAttributes ReceiveMessage on sqs:eu-west-1:VigieRollups",
          "OnFailure: SendMessage on sqs:eu-west-1:VigieDeadLetters",
        ],
        "vigie-watchdog": [
          "ReadEndpoints: BatchGetItem on dynamodb:eu-west-1:table/vigie-config",
          "KeepAlerts: BatchGetItem GetItem PutItem UpdateItem on dynamodb:eu-west-1:table/vigie-alerts",
          "FindUnsent: Query on dynamodb:eu-west-1:table/vigie-alerts/index/unsent",
          "ReadTicks: Query on dynamodb:eu-west-1:table/vigie-ticks",
          "Publish: Publish on sns:eu-west-1:vigie-*",
          "HandOn: SendMessage on sqs:eu-west-1:VigieFailures",
          "FindTroubled: Query on dynamodb:eu-west-1:table/vigie-alerts/index/troubled",
          "OnFailure: SendMessage on sqs:eu-west-1:VigieDeadLetters",
        ],
      }
    `);
  });

  test("in a probe region that is not home", () => {
    expect(policiesOf(second)).toMatchInlineSnapshot(`
      {
        "vigie-dispatch": [
          "ListShards: Query on dynamodb:eu-west-1:table/vigie-config if ForAllValues:StringEquals:dynamodb:LeadingKeys:[SHARDS]",
          "StartProbe: InvokeFunction on lambda:us-east-1:function:vigie-probe",
          "LaterRounds: SendMessage on sqs:us-east-1:ProbeRounds",
          "OnFailure: SendMessage on sqs:us-east-1:ProbeDeadLetters",
        ],
        "vigie-forward": [
          "WriteTicks: PutItem Query on dynamodb:eu-west-1:table/vigie-ticks",
          "PostFailures: Invoke on execute-api:eu-west-1:vigieapi/$default/POST/internal/failures",
          "Source: DeleteMessage GetQueueAttributes ReceiveMessage on sqs:us-east-1:ProbeForward",
        ],
        "vigie-probe": [
          "SlowLane: GetItem UpdateItem on dynamodb:eu-west-1:table/vigie-config if ForAllValues:StringLike:dynamodb:LeadingKeys:[SLOW#us-east-1#*]",
          "FindTroubled: Query on dynamodb:eu-west-1:table/vigie-alerts/index/troubled",
          "ReadShard: Query on dynamodb:eu-west-1:table/vigie-config/index/byShard",
          "WriteTicks: PutItem Query on dynamodb:eu-west-1:table/vigie-ticks",
          "PostFailures: Invoke on execute-api:eu-west-1:vigieapi/$default/POST/internal/failures",
          "KeepForHome: SendMessage on sqs:us-east-1:ProbeForward",
          "KeepForSinks: SendMessage on sqs:us-east-1:ProbeMetrics",
          "ReadInfluxSecret: GetSecretValue on secretsmanager:eu-west-1:secret:vigie/influx-??????",
          "WriteTimestream: WriteRecords on timestream:eu-west-1:database/vigie/table/checks",
          "FindTimestream: DescribeEndpoints on *",
          "StartSlow: InvokeFunction on lambda:us-east-1:function:vigie-probe-slow",
          "Source: DeleteMessage GetQueueAttributes ReceiveMessage on sqs:us-east-1:ProbeRounds",
          "OnFailure: SendMessage on sqs:us-east-1:ProbeDeadLetters",
        ],
        "vigie-probe-slow": [
          "SlowLane: UpdateItem on dynamodb:eu-west-1:table/vigie-config if ForAllValues:StringLike:dynamodb:LeadingKeys:[SLOW#us-east-1#*]",
          "ReadShard: Query on dynamodb:eu-west-1:table/vigie-config/index/byShard",
          "WriteTicks: PutItem Query on dynamodb:eu-west-1:table/vigie-ticks",
          "PostFailures: Invoke on execute-api:eu-west-1:vigieapi/$default/POST/internal/failures",
          "KeepForHome: SendMessage on sqs:us-east-1:ProbeForward",
          "KeepForSinks: SendMessage on sqs:us-east-1:ProbeMetrics",
          "ReadInfluxSecret: GetSecretValue on secretsmanager:eu-west-1:secret:vigie/influx-??????",
          "WriteTimestream: WriteRecords on timestream:eu-west-1:database/vigie/table/checks",
          "FindTimestream: DescribeEndpoints on *",
          "OnFailure: SendMessage on sqs:us-east-1:ProbeDeadLetters",
        ],
        "vigie-replay": [
          "ReadInfluxSecret: GetSecretValue on secretsmanager:eu-west-1:secret:vigie/influx-??????",
          "WriteTimestream: WriteRecords on timestream:eu-west-1:database/vigie/table/checks",
          "FindTimestream: DescribeEndpoints on *",
          "Source: DeleteMessage GetQueueAttributes ReceiveMessage on sqs:us-east-1:ProbeMetrics",
        ],
      }
    `);
  });

  test("without sinks nothing of them is allowed, and nothing anywhere is `*`", () => {
    const plain = synthesize(bundles.folder, least);
    for (const stack of plain)
      for (const { properties: found } of resourcesOf(plain, stack, "AWS::IAM::Role")) {
        const lines = role.parse(found).Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
        for (const { Resource: resources, Action } of lines) {
          expect(resources).not.toContain("*");
          expect(Action.join(" ")).not.toMatch(/\*|timestream|secretsmanager/);
        }
      }
  });

  test("the one `*` is where AWS has no resource", () => {
    const open = all.flatMap((stack) =>
      properties(stack, "AWS::IAM::Role").flatMap(({ properties: found }) =>
        role
          .parse(found)
          .Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
          .filter(({ Resource: resources }) => resources?.includes("*"))
          .flatMap(({ Action }) => Action),
      ),
    );
    expect(new Set(open)).toEqual(new Set(["timestream:DescribeEndpoints"]));
  });

  test("every role is taken on by one AWS service", () => {
    for (const stack of all)
      for (const { properties: found, name } of properties(stack, "AWS::IAM::Role")) {
        const [trust, ...more] = role.parse(found).AssumeRolePolicyDocument.Statement;
        expect(more, name).toEqual([]);
        expect(trust?.Principal, name).toEqual({
          Service: expect.stringMatching(/^(lambda|scheduler|apigateway)\.amazonaws\.com$/),
        });
      }
  });

  test("Scheduler starts only its function and leaves what it can't deliver", () => {
    const lines = (stack: Stack, name: string): string[] =>
      properties(stack, "AWS::IAM::Role")
        .filter((one) => one.name === name)
        .flatMap(({ properties: found }) => role.parse(found).Policies)
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(lineOf));
    expect(lines(second, "ProbeEveryMinuteRole")).toEqual([
      "Start: InvokeFunction on lambda:us-east-1:function:vigie-dispatch",
      "DeadLetter: SendMessage on sqs:us-east-1:ProbeDeadLetters",
    ]);
    expect(lines(home, "VigieApiFailuresRole")).toEqual([
      "SendFailures: SendMessage on sqs:eu-west-1:VigieFailures",
    ]);
  });
});

describe("from outside", () => {
  const apiTypes = /^AWS::(ApiGateway|ApiGatewayV2|ElasticLoadBalancing|CloudFront|S3|EC2)/;

  test("there is one API, at home, with three routes", () => {
    const routes = z.object({ RouteKey: z.string(), AuthorizationType: z.string() });
    expect(properties(home, "AWS::ApiGatewayV2::Route").map((one) => routes.parse(one.properties))).toEqual([
      { RouteKey: "POST /internal/failures", AuthorizationType: "AWS_IAM" },
      { RouteKey: "ANY /v1/{proxy+}", AuthorizationType: "NONE" },
      { RouteKey: "GET /healthz", AuthorizationType: "NONE" },
    ]);
    for (const { template } of all.slice(1))
      for (const { Type } of Object.values(template.Resources)) expect(Type).not.toMatch(apiTypes);
  });

  test("its stage is limited, failures apart from readers", () => {
    const [stage] = properties(home, "AWS::ApiGatewayV2::Stage");
    expect(stage?.properties).toMatchObject({
      StageName: "$default",
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      RouteSettings: {
        "POST /internal/failures": { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 2_000 },
      },
    });
  });

  test("failures go from API Gateway into their queue, whole", () => {
    const [integration] = properties(home, "AWS::ApiGatewayV2::Integration");
    expect(integration?.properties).toMatchObject({
      IntegrationType: "AWS_PROXY",
      IntegrationSubtype: "SQS-SendMessage",
      RequestParameters: { MessageBody: "$request.body", QueueUrl: expect.stringContaining("VigieFailures") },
    });
  });

  test("functions are invoked by that API's two open routes and by nobody else; none has a URL", () => {
    const permissions = all.flatMap((stack) =>
      properties(stack, "AWS::Lambda::Permission").map(({ properties: found }) => found),
    );
    const calls = { Action: "lambda:InvokeFunction", Principal: "apigateway.amazonaws.com" };
    expect(permissions).toEqual([
      {
        ...calls,
        FunctionName: expect.stringMatching(/vigie-api$/),
        SourceArn: expect.stringMatching(/\/\$default\/\*\/v1\/\{proxy\+\}$/),
      },
      {
        ...calls,
        FunctionName: expect.stringMatching(/vigie-api$/),
        SourceArn: expect.stringMatching(/\/\$default\/GET\/healthz$/),
      },
    ]);
    for (const stack of all) expect(properties(stack, "AWS::Lambda::Url")).toEqual([]);
  });
});

describe("queues and topics", () => {
  const queuePolicy = z.object({ PolicyDocument: policyDocument, Queues: z.array(z.string()).length(1) });
  const topicPolicy = z.object({ PolicyDocument: policyDocument, Topics: z.array(z.string()).length(1) });
  const insecure = { Bool: { "aws:SecureTransport": "false" } };

  test("each queue is encrypted, refuses plain HTTP, and lets in nobody but Scheduler and SNS with what is lost", () => {
    for (const stack of all) {
      const policies = new Map(
        properties(stack, "AWS::SQS::QueuePolicy").map(({ properties: found }) => {
          const { PolicyDocument, Queues } = queuePolicy.parse(found);
          return [Queues[0]?.split("/").at(-1), PolicyDocument.Statement];
        }),
      );
      for (const { name, properties: found } of properties(stack, "AWS::SQS::Queue")) {
        expect(found, name).toMatchObject({ SqsManagedSseEnabled: true });
        const statements = policies.get(name) ?? [];
        expect(statements[0], name).toMatchObject({ Effect: "Deny", Action: ["sqs:*"], Condition: insecure });
        const allowed = statements.slice(1);
        if (!name.endsWith("DeadLetters")) expect(allowed, name).toEqual([]);
        for (const { Effect, Action, Principal, Condition } of allowed) {
          expect([Effect, Action]).toEqual(["Allow", ["sqs:SendMessage"]]);
          expect(Principal).toEqual({ Service: expect.stringMatching(/^(scheduler|sns)\.amazonaws\.com$/) });
          expect(Condition).toEqual({
            ArnEquals: { "aws:SourceArn": expect.stringMatching(/^arn:aws:(scheduler|sns):/) },
          });
        }
      }
    }
  });

  test("each topic refuses plain HTTP; operators' topics take alarms of this account", () => {
    for (const stack of all.slice(0, -1)) {
      const policies = properties(stack, "AWS::SNS::TopicPolicy").map(({ properties: found }) =>
        topicPolicy.parse(found),
      );
      expect(policies).toHaveLength(properties(stack, "AWS::SNS::Topic").length);
      for (const { PolicyDocument, Topics } of policies) {
        const [deny, ...rest] = PolicyDocument.Statement;
        expect(deny).toMatchObject({ Effect: "Deny", Action: ["sns:Publish"], Condition: insecure });
        const operators = Topics[0]?.includes("Operator");
        expect(rest.map(({ Principal }) => Principal)).toEqual(
          operators ? [{ Service: "cloudwatch.amazonaws.com" }] : [],
        );
      }
    }
  });

  test("all but the dead letters have dead letters, in their own stack", () => {
    for (const stack of all)
      for (const { name, properties: found } of properties(stack, "AWS::SQS::Queue"))
        if (!name.endsWith("DeadLetters"))
          expect(found, name).toMatchObject({
            RedrivePolicy: { deadLetterTargetArn: expect.stringMatching(`:${stack.region}:.*DeadLetters$`) },
          });
  });
});

describe("functions", () => {
  test("run on arm64 and Node 24, with a log of their own that is kept for two weeks", () => {
    for (const stack of all.slice(0, -1)) {
      const functions = properties(stack, "AWS::Lambda::Function");
      for (const { properties: found } of functions)
        expect(found).toMatchObject({
          Architectures: ["arm64"],
          Runtime: "nodejs24.x",
          Handler: "index.handler",
        });
      const logs = properties(stack, "AWS::Logs::LogGroup");
      expect(logs).toHaveLength(functions.length + (stack === home ? 1 : 0));
      for (const { properties: found } of logs) expect(found).toMatchObject({ RetentionInDays: 14 });
    }
  });

  type Read = (env: Record<string, string>) => unknown;
  test.each<[string, () => Stack, Read]>([
    ["vigie-api", () => home, parseApiEnv],
    ["vigie-failure", () => home, parseFailureEnv],
    ["vigie-watchdog", () => home, parseWatchdogEnv],
    ["vigie-rollup", () => home, parseRollupEnv],
    ["vigie-dispatch", () => first, parseDispatchEnv],
    ["vigie-dispatch", () => second, parseDispatchEnv],
    ["vigie-probe", () => second, parseProbeEnv],
    ["vigie-probe-slow", () => second, parseProbeEnv],
    ["vigie-forward", () => second, parseForwardEnv],
    ["vigie-replay", () => second, parseReplayEnv],
  ])("%s can read the environment it is given", (name, stack, read) => {
    const variables = properties(stack(), "AWS::Lambda::Function")
      .map(({ properties: found }) => lambda.parse(found))
      .filter(({ FunctionName }) => FunctionName === name)
      .map(({ Environment }) => Environment.Variables);
    expect(variables).toHaveLength(1);
    for (const given of variables) expect(read({ ...given, AWS_REGION: stack().region })).toMatchObject({});
  });
});
