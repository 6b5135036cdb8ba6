import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type TableName, tables } from "../../../lib/adapters/dynamodb/tables.ts";
import { type Resource, resourcesOf, type Stack } from "../../aws-box/account/template.ts";
import { emptyBundles, least, most, synthesize } from "./support.ts";

const bundles = emptyBundles();
afterAll(() => bundles.remove());

let plain: Stack[];
let full: Stack[];
beforeAll(() => {
  plain = synthesize(bundles.folder, least);
  full = synthesize(bundles.folder, most);
}, 60_000);

const of = (stacks: Stack[], type: string): Resource[] =>
  stacks.flatMap((stack) => resourcesOf(stacks, stack, type));

describe("tables", () => {
  const described = z.object({
    TableName: z.string(),
    KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
    GlobalSecondaryIndexes: z
      .array(
        z.object({
          IndexName: z.string(),
          KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
          Projection: z.object({ ProjectionType: z.string() }),
        }),
      )
      .default([]),
    BillingMode: z.literal("PAY_PER_REQUEST"),
    PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }),
    TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.literal(true) }).optional(),
    DeletionProtectionEnabled: z.boolean().optional(),
    WarmThroughput: z.unknown().optional(),
  });
  const tablesOf = (stacks: Stack[]) =>
    new Map(
      of(stacks, "AWS::DynamoDB::Table")
        .map(({ properties }) => described.parse(properties))
        .map((table) => [table.TableName, table]),
    );

  test.each(Object.entries(tables))("%s is as the adapter wants it", (name, shape) => {
    const table = tablesOf(plain).get(`vigie-${name satisfies string}`);
    const keys = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: "HASH" },
      { AttributeName: sort, KeyType: "RANGE" },
    ];
    expect(table?.KeySchema).toEqual(keys(shape.partitionKey, shape.sortKey));
    expect(table?.GlobalSecondaryIndexes).toEqual(
      shape.indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keys(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: index.projection },
      })),
    );
    expect(table?.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(
      shape.pointInTimeRecovery,
    );
    expect(table?.TimeToLiveSpecification?.AttributeName).toBe(shape.ttl);
  });

  test("there are these four, and only ticks are warmed, when asked", () => {
    const names: TableName[] = ["config", "alerts", "ticks", "history"];
    expect([...tablesOf(plain).keys()].toSorted()).toEqual(names.map((name) => `vigie-${name}`).toSorted());
    expect([...tablesOf(plain).values()].flatMap(({ WarmThroughput }) => WarmThroughput ?? [])).toEqual([]);
    const warm = [...tablesOf(full).values()].filter(({ WarmThroughput }) => WarmThroughput !== undefined);
    expect(warm.map(({ TableName, WarmThroughput }) => [TableName, WarmThroughput])).toEqual([
      ["vigie-ticks", { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 9_000 }],
    ]);
  });

  const fateOf = (stacks: Stack[]): unknown[] =>
    stacks
      .flatMap(({ template }) => Object.values(template.Resources))
      .filter(({ Type }) => Type === "AWS::DynamoDB::Table")
      .map(({ DeletionPolicy }) => DeletionPolicy);

  test("outlive their stack and can't be deleted, unless the deployment is for trial", () => {
    expect([...tablesOf(plain).values()].map((table) => table.DeletionProtectionEnabled)).toEqual(
      Array(4).fill(true),
    );
    expect([...tablesOf(full).values()].map((table) => table.DeletionProtectionEnabled)).toEqual(
      Array(4).fill(false),
    );
    expect(fateOf(plain)).toEqual(Array(4).fill("Retain"));
    expect(fateOf(full)).toEqual(Array(4).fill("Delete"));
  });
});

describe("alarms", () => {
  const alarm = z.object({
    MetricName: z.string(),
    AlarmActions: z.array(z.string()).length(1),
    OKActions: z.array(z.string()).length(1),
    TreatMissingData: z.string(),
    AlarmDescription: z.string().min(40),
  });
  const alarmsOf = (stack: Stack | undefined): string[] =>
    stack === undefined
      ? []
      : resourcesOf(plain, stack, "AWS::CloudWatch::Alarm").map(({ properties }) => {
          const { MetricName, TreatMissingData, AlarmActions } = alarm.parse(properties);
          expect(AlarmActions[0]).toContain(`:${stack.region}:`);
          return `${MetricName}, missing: ${TreatMissingData}`;
        });

  const lost = "ApproximateNumberOfMessagesVisible, missing: notBreaching";
  const ticking = "Duration, missing: breaching";

  test("are few, each on one metric, and tell the operators of their own region", () => {
    expect(plain.map(alarmsOf)).toEqual([
      [
        lost,
        "ApproximateAgeOfOldestMessage, missing: notBreaching",
        ticking,
        "OldestUnsentSeconds, missing: notBreaching",
      ],
      [lost, ticking, "HomeHealthy, missing: notBreaching"],
      [lost, ticking],
      [lost, ticking],
    ]);
  });
});

describe("schedules and what waits", () => {
  test("every minute and every hour, with the time that was meant", () => {
    const schedule = z.object({
      Name: z.string(),
      ScheduleExpression: z.string(),
      Target: z.object({ Input: z.string(), DeadLetterConfig: z.object({ Arn: z.string() }) }),
    });
    const time = "<aws.scheduler.scheduled-time>";
    const found = of(plain.slice(0, 2), "AWS::Scheduler::Schedule").map((one) =>
      schedule.parse(one.properties),
    );
    expect(found.map((one) => [one.Name, one.ScheduleExpression, JSON.parse(one.Target.Input)])).toEqual([
      ["vigie-watchdog", "cron(* * * * ? *)", { scheduledAt: time }],
      ["vigie-rollup", "cron(25 * * * ? *)", { plan: true, scheduledAt: time }],
      ["vigie-dispatch", "cron(* * * * ? *)", { scheduledAt: time }],
    ]);
  });

  test("a tick is not repeated, not started late, and what failed is kept", () => {
    const invoke = z.object({
      FunctionName: z.string(),
      MaximumRetryAttempts: z.number(),
      MaximumEventAgeInSeconds: z.number(),
      DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }),
    });
    const found = of(plain.slice(0, 2), "AWS::Lambda::EventInvokeConfig").map((one) =>
      invoke.parse(one.properties),
    );
    expect(
      found.map((one) => [one.FunctionName, one.MaximumRetryAttempts, one.MaximumEventAgeInSeconds]),
    ).toEqual([
      ["vigie-watchdog", 0, 60],
      ["vigie-rollup", 2, 3_600],
      ["vigie-probe", 0, 60],
      ["vigie-probe-slow", 0, 60],
      ["vigie-dispatch", 0, 60],
    ]);
    for (const { DestinationConfig } of found)
      expect(DestinationConfig.OnFailure.Destination).toMatch(/DeadLetters$/);
  });

  test("queues are worked off with partial answers; a message is not seen again before its function must have ended", () => {
    const mapping = z.object({
      FunctionName: z.string(),
      EventSourceArn: z.string(),
      FunctionResponseTypes: z.tuple([z.literal("ReportBatchItemFailures")]),
      ScalingConfig: z.undefined().optional(),
    });
    const limits = new Map(
      of(full, "AWS::Lambda::Function").map(({ properties }) => {
        const { FunctionName, Timeout } = z
          .object({ FunctionName: z.string(), Timeout: z.number() })
          .parse(properties);
        return [FunctionName, Timeout];
      }),
    );
    const queues = new Map(
      of(full, "AWS::SQS::Queue").map(({ name, properties }) => [
        name,
        z.object({ VisibilityTimeout: z.number().default(30) }).parse(properties).VisibilityTimeout,
      ]),
    );
    const mappings = of(full.slice(0, 2), "AWS::Lambda::EventSourceMapping").map((one) =>
      mapping.parse(one.properties),
    );
    expect(mappings.map((one) => one.FunctionName).toSorted()).toEqual([
      "vigie-failure",
      "vigie-forward",
      "vigie-probe",
      "vigie-replay",
      "vigie-rollup",
    ]);
    for (const { FunctionName, EventSourceArn } of mappings)
      expect(queues.get(EventSourceArn.split(":").at(-1) ?? "")).toBeGreaterThan(
        limits.get(FunctionName) ?? Number.POSITIVE_INFINITY,
      );
  });

  test("people are subscribed to the default organization, operators to every stack; what they can't be sent is kept", () => {
    const subscription = z.object({
      Protocol: z.string(),
      Endpoint: z.string(),
      TopicArn: z.string(),
      RedrivePolicy: z.object({ deadLetterTargetArn: z.string() }),
    });
    const found = of(full.slice(0, 3), "AWS::SNS::Subscription").map((one) =>
      subscription.parse(one.properties),
    );
    expect(found.map((one) => `${one.Protocol} ${one.Endpoint} ${one.TopicArn.split(":").at(-1)}`)).toEqual([
      "email operator@example.com VigieOperator",
      "email alerts@example.com vigie-default",
      "sms +33612345678 vigie-default",
      "email operator@example.com ProbeOperator",
      "email operator@example.com ProbeOperator",
    ]);
  });
});
