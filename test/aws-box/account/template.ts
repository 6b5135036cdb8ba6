/** CloudFormation templates as far as Vigie's stacks use them: references become the names and ARNs of the box. */
import * as z from "zod";
import { ACCOUNT, API_ID, arn } from "../wire.ts";

const template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.unknown().default({}),
      DeletionPolicy: z.string().optional(),
    }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

/** A stack as it is synthesized. */
export interface Stack {
  name: string;
  region: string;
  template: z.output<typeof template>;
}

/** @throws ZodError for what is no template */
export const readStack = (name: string, region: string, text: string): Stack => ({
  name,
  region,
  template: template.parse(JSON.parse(text)),
});

export interface Resource {
  /** Without the hash that the CDK puts behind: `ProbeForward`. */
  name: string;
  logicalId: string;
  /** References resolved. */
  properties: unknown;
}

/** `ProbeForward0382E51D`: eight digits of a hash at the end. */
export const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, "");

const named = z.object({
  QueueName: z.string().optional(),
  TopicName: z.string().optional(),
  FunctionName: z.string().optional(),
});

/** How a resource of a type is called, and what its ARN is. */
const identities: Record<string, (region: string, name: string) => { ref: string; arn: string }> = {
  // an address that every process completes with its own door
  "AWS::SQS::Queue": (region, name) => ({ ref: `${DOOR}/${ACCOUNT}/${name}`, arn: arn("sqs", region, name) }),
  "AWS::SNS::Topic": (region, name) => ({ ref: arn("sns", region, name), arn: arn("sns", region, name) }),
  "AWS::ApiGatewayV2::Api": (region) => ({ ref: API_ID, arn: arn("apigateway", region, `/apis/${API_ID}`) }),
  "AWS::Lambda::Function": (region, name) => ({ ref: name, arn: arn("lambda", region, `function:${name}`) }),
};

/** Stands in addresses for the way into the box, which differs from process to process. */
export const DOOR = "https://door.box";

const pseudo = (region: string): Record<string, string> => ({
  "AWS::AccountId": ACCOUNT,
  "AWS::Partition": "aws",
  "AWS::Region": region,
  "AWS::URLSuffix": "amazonaws.com",
});

function nameOf(stack: Stack, logicalId: string): string {
  const { QueueName, TopicName, FunctionName } =
    named.safeParse(stack.template.Resources[logicalId]?.Properties).data ?? {};
  return QueueName ?? TopicName ?? FunctionName ?? withoutHash(logicalId);
}

function identityOf(stack: Stack, logicalId: string): { ref: string; arn: string } {
  const type = stack.template.Resources[logicalId]?.Type ?? "";
  const name = nameOf(stack, logicalId);
  return identities[type]?.(stack.region, name) ?? { ref: name, arn: arn("other", stack.region, name) };
}

const intrinsic = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) }),
  z.strictObject({ "Fn::Join": z.tuple([z.string(), z.array(z.unknown())]) }),
  z.strictObject({ "Fn::Sub": z.string() }),
  z.strictObject({
    "Fn::GetStackOutput": z.object({ StackName: z.string(), OutputName: z.string() }),
  }),
]);

function attribute(stack: Stack, [logicalId, name]: [string, string]): string {
  if (name === "Arn" || name === "TopicArn") return identityOf(stack, logicalId).arn;
  if (name === "QueueName") return nameOf(stack, logicalId);
  return `${logicalId}.${name}`;
}

function output(stacks: readonly Stack[], stackName: string, name: string): unknown {
  const stack = stacks.find((one) => one.name === stackName);
  if (stack === undefined) throw new RangeError(`There is no stack ${stackName}.`);
  return resolve(stacks, stack, stack.template.Outputs[name]?.Value);
}

function resolveIntrinsic(
  stacks: readonly Stack[],
  stack: Stack,
  value: z.output<typeof intrinsic>,
): unknown {
  const known = pseudo(stack.region);
  if ("Ref" in value) return known[value.Ref] ?? identityOf(stack, value.Ref).ref;
  if ("Fn::GetAtt" in value) return attribute(stack, value["Fn::GetAtt"]);
  if ("Fn::Sub" in value)
    return value["Fn::Sub"].replaceAll(/\$\{([^}]+)\}/g, (_, name) => known[name] ?? name);
  if ("Fn::Join" in value) {
    const [between, parts] = value["Fn::Join"];
    return parts.map((part) => resolve(stacks, stack, part)).join(between);
  }
  const { StackName, OutputName } = value["Fn::GetStackOutput"];
  return output(stacks, StackName, OutputName);
}

/** A value of a template with every reference in it resolved. */
export function resolve(stacks: readonly Stack[], stack: Stack, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(stacks, stack, one));
  if (typeof value !== "object" || value === null) return value;
  const { success, data } = intrinsic.safeParse(value);
  if (success) return resolveIntrinsic(stacks, stack, data);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(stacks, stack, one)]));
}

/** The resources of a type in a stack. */
export const resourcesOf = (stacks: readonly Stack[], stack: Stack, type: string): Resource[] =>
  Object.entries(stack.template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([logicalId, { Properties }]) => ({
      name: nameOf(stack, logicalId),
      logicalId,
      properties: resolve(stacks, stack, Properties),
    }));
