import { join } from "node:path";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  CfnEventInvokeConfig,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledged.ts";
import { type DeployedFunction, functionName } from "./names.ts";

/** One allow of a function's policy. The name tells it from the others of that function. */
export interface Permission {
  sid: string;
  actions: string[];
  resources: string[];
  conditions?: Record<string, Record<string, string | string[]>>;
}

export interface FunctionOptions<Environment extends object> {
  name: DeployedFunction;
  /** Folder that holds `<function>/index.mjs`. */
  bundles: string;
  /** Folder of its bundle; its name where none is given. */
  bundle?: string;
  description: string;
  memoryMb: number;
  timeoutS: number;
  environment: Environment;
  /** Flags of Node, for functions that measure time (docs/decisions/0006). */
  nodeOptions?: string;
  permissions: Permission[];
  /** Whether it hands work on to itself by way of a queue: Lambda would cut such a chain after 16 links. */
  handsOnToItself?: boolean;
  /** For functions that are invoked and not waited for: where events go that failed, or waited too long. */
  onFailure?: { queue: IQueue; retries: number; maxAgeS: number };
}

const toStatement = ({ sid, actions, resources, conditions }: Permission): PolicyStatement =>
  new PolicyStatement({
    sid,
    effect: Effect.ALLOW,
    actions,
    resources,
    ...(conditions === undefined ? {} : { conditions }),
  });

/** Lambda takes variables without a value for a mistake. */
const given = (environment: object): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));

/**
 * A function with exactly the permissions given and a log of its own. Lines of the platform about each start and end
 * are not logged: they would cost more than the functions say.
 */
export function makeFunction<Environment extends object>(
  scope: Construct,
  id: string,
  options: FunctionOptions<Environment>,
): LambdaFunction {
  const { name, bundles, bundle = name, onFailure } = options;
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: RetentionDays.TWO_WEEKS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const own: Permission[] = [
    ...options.permissions,
    ...(onFailure === undefined
      ? []
      : [{ sid: "OnFailure", actions: ["sqs:SendMessage"], resources: [onFailure.queue.queueArn] }]),
    {
      sid: "Logs",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    },
  ];
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    inlinePolicies: { own: new PolicyDocument({ minimize: false, statements: own.map(toStatement) }) },
  });
  const made = new LambdaFunction(scope, id, {
    functionName: functionName(name),
    description: options.description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: "index.handler",
    code: Code.fromAsset(join(bundles, bundle), { exclude: ["*.map", "*.LEGAL.txt"] }),
    memorySize: options.memoryMb,
    timeout: Duration.seconds(options.timeoutS),
    environment: given({ ...options.environment, NODE_OPTIONS: options.nodeOptions }),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    systemLogLevelV2: SystemLogLevel.WARN,
    ...(options.handsOnToItself ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
  });
  acknowledge(made, "Serverless::Serverless-LambdaDLQ", "Serverless::Serverless-LambdaTracing");
  if (options.permissions.some(({ resources }) => resources.includes("*")))
    acknowledge(
      role,
      "AwsSolutions::AwsSolutions-IAM5[Resource::*]",
      "Serverless::Serverless-LambdaStarPermissions",
    );
  if (onFailure !== undefined) limitRetries(made, onFailure);
  return made;
}

function limitRetries(
  made: LambdaFunction,
  { queue, retries, maxAgeS }: NonNullable<FunctionOptions<object>["onFailure"]>,
): void {
  new CfnEventInvokeConfig(made, "Async", {
    functionName: made.functionName,
    qualifier: "$LATEST",
    maximumRetryAttempts: retries,
    maximumEventAgeInSeconds: maxAgeS,
    destinationConfig: { onFailure: { destination: queue.queueArn } },
  });
}

/** The region a construct is in; a stack of Vigie names it. */
export const regionOf = (scope: Construct): string => Stack.of(scope).region;
