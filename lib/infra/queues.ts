import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping, type IFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledged.ts";
import type { Permission } from "./function.ts";

const secure = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  removalPolicy: RemovalPolicy.DESTROY,
} as const;

/**
 * Where a stack's lost work ends: messages tried too often, events that failed, notifications that could not be sent.
 * One for all, because one alarm watches it; every message says where it comes from.
 */
export function makeDeadLetters(scope: Construct): Queue {
  const queue = new Queue(scope, "DeadLetters", { ...secure, retentionPeriod: Duration.days(14) });
  acknowledge(queue, "Serverless::Serverless-SQSRedrivePolicy");
  return queue;
}

export interface WorkQueue {
  /** A message is seen again this long after a failed try: a short time, since somebody may be waiting for an alert. */
  againAfterS: number;
  /** Tries before it becomes a dead letter. */
  tries: number;
  keepFor: Duration;
}

export const makeQueue = (
  scope: Construct,
  id: string,
  { againAfterS, tries, keepFor }: WorkQueue,
  deadLetters: Queue,
): Queue =>
  new Queue(scope, id, {
    ...secure,
    visibilityTimeout: Duration.seconds(againAfterS),
    retentionPeriod: keepFor,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: tries },
  });

/** Lambda reads the queue with the function's role. */
export const mayConsume = (queue: Queue): Permission => ({
  sid: "Source",
  actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
  resources: [queue.queueArn],
});

/**
 * Has a function work a queue off. Its concurrency is not limited: Lambda polls an idle queue with fewer pollers only
 * where it isn't, and polling is what such a queue costs.
 */
export function consume(queue: Queue, worker: IFunction, batchSize: number): void {
  const mapping = new EventSourceMapping(worker, "Source", {
    target: worker,
    eventSourceArn: queue.queueArn,
    batchSize,
    reportBatchItemFailures: true,
  });
  acknowledge(mapping, "Serverless::Serverless-LambdaEventSourceMappingDestination");
}

/** Scheduler drops what it can't deliver, silently, unless the queue's own policy lets it in. (Subscriptions see to that themselves.) */
export function letSchedulerIn(queue: Queue, scheduleArn: string): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal("scheduler.amazonaws.com")],
      actions: ["sqs:SendMessage"],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { "aws:SourceArn": scheduleArn } },
    }),
  );
}
