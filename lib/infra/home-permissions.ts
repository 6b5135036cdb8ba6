import { Aws } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { acknowledgeWildcard } from "./acknowledged.ts";
import type { Permission } from "./function.ts";
import { arnOf, indexArn, tableArn, topicName } from "./names.ts";
import { readShard, readTicks, send } from "./permissions.ts";

/** What the home region's functions may do; `home` is its region. */

/** Each organization's topic: `vigie-<organization>`. Operators' topics have other names. */
const topics = (home: string): string => arnOf("sns", home, topicName("*"));

const publish = (home: string): Permission => ({
  sid: "Publish",
  actions: ["sns:Publish"],
  resources: [topics(home)],
});

/** Says why the policies of these functions name topics by the beginning of their names. */
export function acknowledgeTopics(home: string, ...functions: IFunction[]): void {
  const shown = topics(home)
    .replace(Aws.PARTITION, "<AWS::Partition>")
    .replace(Aws.ACCOUNT_ID, "<AWS::AccountId>");
  const reason =
    "Organizations are made while running, each with a topic of its own; the name's beginning is theirs.";
  for (const { role } of functions) if (role !== undefined) acknowledgeWildcard(role, shown, reason);
}

/** Endpoints, and in which shards they are or were. */
const readEndpoints = (home: string): Permission => ({
  sid: "ReadEndpoints",
  actions: ["dynamodb:BatchGetItem"],
  resources: [tableArn(home, "config")],
});

/** Judging endpoints and delivering what came of it. */
const judge = (home: string, failuresArn: string): Permission[] => [
  readEndpoints(home),
  {
    sid: "KeepAlerts",
    actions: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    resources: [tableArn(home, "alerts")],
  },
  { sid: "FindUnsent", actions: ["dynamodb:Query"], resources: [indexArn(home, "alerts", "unsent")] },
  readTicks(home),
  publish(home),
  send("HandOn", failuresArn),
];

export const failureMay = judge;

export const watchdogMay = (home: string, failuresArn: string): Permission[] => [
  ...judge(home, failuresArn),
  { sid: "FindTroubled", actions: ["dynamodb:Query"], resources: [indexArn(home, "alerts", "troubled")] },
];

/** Of the table with the endpoints only the directory of shards. */
const shardsOnly = { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["SHARDS"] } };

export const rollupMay = (home: string, rollupArn: string): Permission[] => [
  readEndpoints(home),
  readShard(home),
  {
    sid: "CountShards",
    actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
    resources: [tableArn(home, "config")],
    conditions: shardsOnly,
  },
  readTicks(home),
  {
    sid: "KeepHistory",
    actions: ["dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
    resources: [tableArn(home, "history")],
  },
  send("PlanHour", rollupArn),
];

export const apiMay = (home: string): Permission[] => [
  {
    sid: "KeepEndpoints",
    actions: [
      "dynamodb:BatchGetItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ],
    resources: [tableArn(home, "config")],
  },
  {
    sid: "KeepAlerts",
    actions: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
    resources: [tableArn(home, "alerts")],
  },
  {
    sid: "ReadIncidents",
    actions: ["dynamodb:Query"],
    resources: [
      tableArn(home, "alerts"),
      ...["feed", "openFeed", "endpointFeed"].map((index) => indexArn(home, "alerts", index)),
    ],
  },
  readTicks(home),
  { sid: "ReadHistory", actions: ["dynamodb:Query"], resources: [tableArn(home, "history")] },
  publish(home),
];
