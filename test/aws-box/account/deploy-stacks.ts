/** Lays synthesized stacks out in the box: queues, topics, functions with their policies, and what starts them. */
import * as z from "zod";
import type { Box } from "../box.ts";
import type { DeployedFunction } from "../runner/deployed.ts";
import type { Queue } from "../sqs/queue.ts";
import { arn, lastOf } from "../wire.ts";
import { policyDocument, type Statement } from "./policy.ts";
import { DOOR, type Resource, resourcesOf, type Stack } from "./template.ts";

export interface Mapping {
  queue: Queue;
  deployed: DeployedFunction;
  batchSize: number;
}

export interface Schedule {
  region: string;
  cron: string;
  deployed: DeployedFunction;
  /** The event for a scheduled time, epoch ms. */
  eventAt(scheduledAt: number): unknown;
}

export interface Account {
  /** By `region/name`. */
  functions: ReadonlyMap<string, DeployedFunction>;
  mappings: readonly Mapping[];
  schedules: readonly Schedule[];
  /** Where events end that a function did not take; by `region/name`. */
  onFailure: ReadonlyMap<string, Queue>;
  /** The queue that API Gateway writes failures to. */
  failures: Queue;
}

export interface DeployOptions {
  box: Box;
  stacks: readonly Stack[];
  /** Path of a function's bundle. */
  bundleOf(functionName: string): Promise<string>;
  /** Addresses in variables that lead into the box, such as `https://influx.example`. */
  insideAddresses: readonly string[];
  routes(region: string): Record<string, string>;
  /** Other limits than the stacks', ms, by the function's name. */
  limitsMs?: ReadonlyMap<string, number>;
}

const queueProperties = z.object({
  VisibilityTimeout: z.number().default(30),
  MessageRetentionPeriod: z.number().default(345_600),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }).optional(),
});

const functionProperties = z.object({
  FunctionName: z.string(),
  Timeout: z.number(),
  MemorySize: z.number(),
  Role: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

const roleProperties = z.object({ Policies: z.array(z.object({ PolicyDocument: z.unknown() })) });
const serviceOf = z.object({
  AssumeRolePolicyDocument: z.object({
    Statement: z.array(z.object({ Principal: z.object({ Service: z.string() }) })),
  }),
});

const mappingProperties = z.object({
  BatchSize: z.number(),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
});

const asyncProperties = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.number(),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }),
});

const scheduleProperties = z.object({
  ScheduleExpression: z.string(),
  Target: z.object({ Arn: z.string(), Input: z.string().optional() }),
});

const integrationProperties = z.object({
  IntegrationSubtype: z.string().optional(),
  RequestParameters: z.object({ QueueUrl: z.string() }).optional(),
});

/** Dead letters first: the others refer to them. */
function createQueues({ box, stacks }: DeployOptions): void {
  for (const stack of stacks) {
    const described = resourcesOf(stacks, stack, "AWS::SQS::Queue").map(({ name, properties }) => ({
      name,
      ...queueProperties.parse(properties),
    }));
    for (const { name, VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } of described.toSorted(
      (a, b) => Number(a.RedrivePolicy !== undefined) - Number(b.RedrivePolicy !== undefined),
    ))
      box.sqs.create({
        region: stack.region,
        name,
        visibilityMs: VisibilityTimeout * 1_000,
        retentionMs: MessageRetentionPeriod * 1_000,
        ...(RedrivePolicy && {
          deadLetters: {
            queue: box.sqs.queue(stack.region, lastOf(RedrivePolicy.deadLetterTargetArn)),
            maxReceives: RedrivePolicy.maxReceiveCount,
          },
        }),
      });
  }
}

const isForLambda = ({ properties }: Resource): boolean =>
  serviceOf
    .parse(properties)
    .AssumeRolePolicyDocument.Statement.some(({ Principal }) => Principal.Service === "lambda.amazonaws.com");

/** Policies of functions by the ARN of their role. */
function policiesOf(stacks: readonly Stack[], stack: Stack): Map<string, Statement[]> {
  const roles = resourcesOf(stacks, stack, "AWS::IAM::Role").filter(isForLambda);
  return new Map(
    roles.map(({ name, properties }) => [
      name,
      roleProperties
        .parse(properties)
        .Policies.flatMap(({ PolicyDocument }) => policyDocument.parse(PolicyDocument).Statement),
    ]),
  );
}

/** What Lambda itself does with the function's role (lib/infra/function.ts): not the code's to use. */
const PLATFORM = new Set(["Logs", "OnFailure", "Source"]);

async function deployFunctions(options: DeployOptions): Promise<Map<string, DeployedFunction>> {
  const { box, stacks, routes, insideAddresses, limitsMs } = options;
  const functions = new Map<string, DeployedFunction>();
  const inside = (value: string, door: string): string =>
    [DOOR, ...insideAddresses].reduce((text, address) => text.replaceAll(address, door), value);
  for (const stack of stacks) {
    const policies = policiesOf(stacks, stack);
    for (const { properties } of resourcesOf(stacks, stack, "AWS::Lambda::Function")) {
      const {
        FunctionName: name,
        Timeout,
        MemorySize,
        Role,
        Environment,
      } = functionProperties.parse(properties);
      const { region } = stack;
      const env = (door: string) =>
        Object.fromEntries(
          Object.entries(Environment.Variables).map(([key, value]) => [key, inside(value, door)]),
        );
      const bundle = await options.bundleOf(name);
      const limits = { timeoutMs: limitsMs?.get(name) ?? Timeout * 1_000, memoryMb: MemorySize };
      functions.set(
        `${region}/${name}`,
        box.deploy({ name, region, bundle, env, routes: routes(region), ...limits }),
      );
      const statements = policies.get(lastOf(Role)) ?? [];
      box.guard.restrict(
        region,
        name,
        statements.filter(({ Sid }) => !PLATFORM.has(Sid)),
      );
    }
  }
  return functions;
}

/** Throws RangeError where a template refers to a function that none of the stacks has. */
function functionIn(
  functions: ReadonlyMap<string, DeployedFunction>,
  region: string,
  name: string,
): DeployedFunction {
  const found = functions.get(`${region}/${lastOf(name)}`);
  if (found === undefined) throw new RangeError(`There is no function ${name} in ${region}.`);
  return found;
}

const each = <T>(
  stacks: readonly Stack[],
  type: string,
  made: (properties: unknown, region: string) => T,
): T[] =>
  stacks.flatMap((stack) =>
    resourcesOf(stacks, stack, type).map(({ properties }) => made(properties, stack.region)),
  );

function failuresQueue({ box, stacks }: DeployOptions): Queue {
  const queues = each(stacks, "AWS::ApiGatewayV2::Integration", (properties, region) => {
    const { IntegrationSubtype, RequestParameters } = integrationProperties.parse(properties);
    return IntegrationSubtype === "SQS-SendMessage" && RequestParameters !== undefined
      ? box.sqs.queue(region, lastOf(RequestParameters.QueueUrl))
      : null;
  }).filter((queue) => queue !== null);
  const [queue] = queues;
  if (queue === undefined) throw new RangeError("No route of the API leads into a queue.");
  return queue;
}

/** Tables and the content of queues are the test's own. */
export async function deployStacks(options: DeployOptions): Promise<Account> {
  const { box, stacks } = options;
  createQueues(options);
  for (const stack of stacks)
    for (const { name } of resourcesOf(stacks, stack, "AWS::SNS::Topic"))
      box.sns.createTopic(arn("sns", stack.region, name));
  const functions = await deployFunctions(options);
  return {
    functions,
    failures: failuresQueue(options),
    mappings: each(stacks, "AWS::Lambda::EventSourceMapping", (properties, region) => {
      const { BatchSize, EventSourceArn, FunctionName } = mappingProperties.parse(properties);
      const queue = box.sqs.queue(region, lastOf(EventSourceArn));
      return { queue, deployed: functionIn(functions, region, FunctionName), batchSize: BatchSize };
    }),
    schedules: each(stacks, "AWS::Scheduler::Schedule", (properties, region) => {
      const { ScheduleExpression, Target } = scheduleProperties.parse(properties);
      const input = Target.Input ?? "{}";
      return {
        region,
        cron: ScheduleExpression,
        deployed: functionIn(functions, region, Target.Arn),
        eventAt: (at: number) =>
          JSON.parse(
            input.replaceAll(
              "<aws.scheduler.scheduled-time>",
              new Date(at).toISOString().replace(".000", ""),
            ),
          ),
      };
    }),
    onFailure: new Map(
      each(stacks, "AWS::Lambda::EventInvokeConfig", (properties, region) => {
        const { FunctionName, DestinationConfig } = asyncProperties.parse(properties);
        return [
          `${region}/${FunctionName}`,
          box.sqs.queue(region, lastOf(DestinationConfig.OnFailure.Destination)),
        ];
      }),
    ),
  };
}
