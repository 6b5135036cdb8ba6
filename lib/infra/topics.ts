import { Aws } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Subscription, SubscriptionProtocol, Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { regionOf } from "./function.ts";
import { arnOf } from "./names.ts";

export interface Subscribers {
  emails: readonly string[];
  phones: readonly string[];
}

export interface TopicOptions {
  name?: string;
  displayName: string;
  subscribers: Subscribers;
  /** Takes what a subscriber could not be sent. */
  deadLetters: Queue;
}

/** Only over TLS; whoever may publish is named by policies of their own. */
export function makeTopic(scope: Construct, id: string, options: TopicOptions): Topic {
  const { subscribers, deadLetters } = options;
  const topic = new Topic(scope, id, {
    displayName: options.displayName,
    enforceSSL: true,
    ...(options.name === undefined ? {} : { topicName: options.name }),
  });
  const subscribe = (protocol: SubscriptionProtocol, endpoint: string): Subscription =>
    new Subscription(topic, endpoint, { topic, protocol, endpoint, deadLetterQueue: deadLetters });
  for (const address of subscribers.emails) subscribe(SubscriptionProtocol.EMAIL, address);
  for (const number of subscribers.phones) subscribe(SubscriptionProtocol.SMS, number);
  return topic;
}

/** Told of a stack's own alarms. */
export function makeOperatorTopic(scope: Construct, emails: readonly string[], deadLetters: Queue): Topic {
  const topic = makeTopic(scope, "Operator", {
    displayName: "Vigie: operations",
    subscribers: { emails, phones: [] },
    deadLetters,
  });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AlarmsPublish",
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnLike: { "aws:SourceArn": arnOf("cloudwatch", regionOf(scope), "alarm:*") },
      },
    }),
  );
  return topic;
}
