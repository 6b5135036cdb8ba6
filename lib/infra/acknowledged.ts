import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Rules of cdk-nag that something of ours does not follow, and why that is right for it. */
const reasons = {
  "AwsSolutions::AwsSolutions-APIG4":
    "Asks for a token itself (functions/api), or tells the health, which is no secret. Posts of failures need IAM.",
  "AwsSolutions::AwsSolutions-DDB3":
    "Can be made again or is gone in two days: ticks expire, history is rolled up from ticks. Recovery is for what people wrote and were told.",
  "Serverless::Serverless-LambdaDLQ":
    "Events that are not waited for have an on-failure destination, which tells more; the others come from a queue with dead letters, or from API Gateway, whose caller hears of a failure.",
  "Serverless::Serverless-LambdaEventSourceMappingDestination":
    "The queue moves what failed too often to its own dead letters; a destination here is for streams.",
  "Serverless::Serverless-LambdaTracing":
    "A trace of each minute in each region would cost more than running it; every check is timed by phase already.",
  "Serverless::Serverless-LambdaStarPermissions":
    "timestream:DescribeEndpoints can't be limited to a resource: it only says where the service is.",
  "AwsSolutions::AwsSolutions-IAM5[Resource::*]":
    "timestream:DescribeEndpoints can't be limited to a resource: it only says where the service is.",
  "AwsSolutions::AwsSolutions-TS3":
    "Encrypted with the key that AWS manages: measurements of public websites need no key of their own, at $1 a month.",
  "CloudFormation-Validate::W3697":
    "Made only where `timestream` says so: for accounts that have it, which keep it (docs/decisions).",
  "Serverless::Serverless-SQSRedrivePolicy": "These are the dead letters.",
} as const;

/** Says that a rule is not followed here, for the reason above. */
export function acknowledge(construct: IConstruct, ...rules: (keyof typeof reasons)[]): void {
  for (const id of rules) Validations.of(construct).acknowledge({ id, reason: reasons[id] });
}

/** A resource that ends in `*`, as the rule shows it. */
export const acknowledgeWildcard = (construct: IConstruct, resource: string, reason: string): void =>
  Validations.of(construct).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`,
    reason,
  });
