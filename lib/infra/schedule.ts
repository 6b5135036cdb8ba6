import { Aws } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { regionOf } from "./function.ts";
import { arnOf, type DeployedFunction, functionArn } from "./names.ts";
import { letSchedulerIn } from "./queues.ts";

export interface ScheduleOptions {
  /** `vigie-<name>` */
  name: DeployedFunction;
  target: IFunction;
  /** In UTC, as `* * * * ? *`. */
  cron: string;
  /** Besides `scheduledAt`, the minute that is meant (ISO 8601), however late the event comes. */
  input?: Readonly<Record<string, unknown>>;
  deadLetters: Queue;
}

/** What Scheduler puts the time of the schedule in place of. */
const SCHEDULED_TIME = "<aws.scheduler.scheduled-time>";

/** Starts a function regularly. An event that could not be delivered within a minute becomes a dead letter. */
export function makeSchedule(scope: Construct, id: string, options: ScheduleOptions): CfnSchedule {
  const { name, deadLetters } = options;
  const region = regionOf(scope);
  const scheduleName = `vigie-${name}`;
  const sourceArn = arnOf("scheduler", region, `schedule/default/${scheduleName}`);
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
      conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
    }),
    inlinePolicies: {
      own: new PolicyDocument({
        minimize: false,
        statements: [
          new PolicyStatement({
            sid: "Start",
            actions: ["lambda:InvokeFunction"],
            resources: [functionArn(region, name)],
          }),
          new PolicyStatement({
            sid: "DeadLetter",
            actions: ["sqs:SendMessage"],
            resources: [deadLetters.queueArn],
          }),
        ],
      }),
    },
  });
  letSchedulerIn(deadLetters, sourceArn);
  return new CfnSchedule(scope, id, {
    name: scheduleName,
    scheduleExpression: `cron(${options.cron})`,
    scheduleExpressionTimezone: "UTC",
    flexibleTimeWindow: { mode: "OFF" },
    state: "ENABLED",
    target: {
      arn: options.target.functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify({ ...options.input, scheduledAt: SCHEDULED_TIME }),
      retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 3 },
      deadLetterConfig: { arn: deadLetters.queueArn },
    },
  });
}
