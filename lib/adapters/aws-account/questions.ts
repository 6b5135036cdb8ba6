import { DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetServiceQuotaCommand } from "@aws-sdk/client-service-quotas";
import {
  GetSMSAttributesCommand,
  GetSMSSandboxAccountStatusCommand,
  ListOriginationNumbersCommand,
  ListSubscriptionsCommand,
  type SNSClient,
  type Subscription,
} from "@aws-sdk/client-sns";
import { GetParameterCommand, ParameterNotFound } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { DescribeEndpointsCommand } from "@aws-sdk/client-timestream-write";
import type { RegionClients } from "./account.ts";
import { asked } from "./fault.ts";

/** What can be asked of an account. Every question throws VigieError (fault.ts) when it can't be. */
export interface Identity {
  account: string;
  arn: string;
}

export const identity = ({ sts, region }: RegionClients): Promise<Identity> =>
  asked("sts:GetCallerIdentity", region, async () => {
    const { Account = "", Arn = "" } = await sts().send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  });

/** Where `cdk bootstrap` writes the version of what it made. */
const BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version";

/** The version of the region's bootstrap; null without one. */
export const bootstrapVersion = ({ ssm, region }: RegionClients): Promise<number | null> =>
  asked("ssm:GetParameter", region, async () => {
    try {
      const { Parameter } = await ssm().send(new GetParameterCommand({ Name: BOOTSTRAP_PARAMETER }));
      return Number(Parameter?.Value ?? 0);
    } catch (error) {
      if (error instanceof ParameterNotFound) return null;
      throw error;
    }
  });

/** "Concurrent executions" of Lambda. */
const CONCURRENCY_QUOTA = { ServiceCode: "lambda", QuotaCode: "L-B99A9384" };

export const concurrencyQuota = ({ quotas, region }: RegionClients): Promise<number> =>
  asked("servicequotas:GetServiceQuota", region, async () => {
    const { Quota } = await quotas().send(new GetServiceQuotaCommand(CONCURRENCY_QUOTA));
    return Quota?.Value ?? 0;
  });

/** Whether the account is one of those that may still use Timestream for LiveAnalytics, in a region that has it. */
export const timestreamAccess = ({ timestream, region }: RegionClients): Promise<boolean> =>
  asked("timestream:DescribeEndpoints", region, async () => {
    try {
      await timestream().send(new DescribeEndpointsCommand({}));
      return true;
    } catch (error) {
      if (isClosed(error) || isNotOffered(error)) return false;
      throw error;
    }
  });

/** Told apart from a missing permission by its text alone: both are AccessDeniedException. */
const isClosed = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "AccessDeniedException" &&
  /only existing timestream for liveanalytics customers/i.test(error.message);

/** Its endpoint has no name in regions that don't have it. */
const isNotOffered = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOTFOUND";

export interface SmsState {
  /** Only numbers that were verified get messages. */
  sandbox: boolean;
  /** In US dollars; null where none is set, which is 1. */
  monthlyLimitUsd: number | null;
  /** Numbers and names that messages may come from; many countries take none without. */
  originationNumbers: number;
}

export const smsState = ({ sns, region }: RegionClients): Promise<SmsState> =>
  asked(
    "sns:GetSMSSandboxAccountStatus, sns:GetSMSAttributes, sns:ListOriginationNumbers",
    region,
    async () => {
      const [status, attributes, numbers] = await Promise.all([
        sns().send(new GetSMSSandboxAccountStatusCommand({})),
        sns().send(new GetSMSAttributesCommand({ attributes: ["MonthlySpendLimit"] })),
        sns().send(new ListOriginationNumbersCommand({})),
      ]);
      const limit = attributes.attributes?.["MonthlySpendLimit"];
      return {
        sandbox: status.IsInSandbox === true,
        monthlyLimitUsd: limit === undefined ? null : Number(limit),
        originationNumbers: numbers.PhoneNumbers?.length ?? 0,
      };
    },
  );

export interface Pending {
  topic: string;
  /** An e-mail address, as a rule. */
  endpoint: string;
}

const MOST_PAGES = 50;
/** Topics of the stacks: `vigie-<organization>`, and those for operators, named by CloudFormation. */
const OURS = /^(vigie-|Vigie(Home|Probe))/;

async function* allSubscriptions(client: SNSClient): AsyncGenerator<Subscription[]> {
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const input = token === undefined ? {} : { NextToken: token };
    const { Subscriptions = [], NextToken } = await client.send(new ListSubscriptionsCommand(input));
    yield Subscriptions;
    if (NextToken === undefined || NextToken === "") return;
    token = NextToken;
  }
}

function pendingOf({ SubscriptionArn, TopicArn = "", Endpoint = "" }: Subscription): Pending[] {
  const topic = TopicArn.split(":").at(-1) ?? "";
  return SubscriptionArn === "PendingConfirmation" && OURS.test(topic) ? [{ topic, endpoint: Endpoint }] : [];
}

/** Subscriptions to Vigie's topics that nobody confirmed: they get nothing. */
export const pendingSubscriptions = ({ sns, region }: RegionClients): Promise<Pending[]> =>
  asked("sns:ListSubscriptions", region, async () => {
    const found: Pending[] = [];
    for await (const page of allSubscriptions(sns())) found.push(...page.flatMap(pendingOf));
    return found;
  });

export interface StackState {
  /** As CloudFormation has it: `CREATE_COMPLETE`. */
  status: string;
  outputs: ReadonlyMap<string, string>;
}

/** A stack by its name; null when there is none. */
export const stackState = (
  { cloudFormation, region }: RegionClients,
  name: string,
): Promise<StackState | null> =>
  asked("cloudformation:DescribeStacks", region, async () => {
    try {
      const { Stacks = [] } = await cloudFormation().send(new DescribeStacksCommand({ StackName: name }));
      const [stack] = Stacks;
      if (stack === undefined) return null;
      const outputs = (stack.Outputs ?? []).map(
        ({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue] as const,
      );
      return { status: stack.StackStatus ?? "", outputs: new Map(outputs) };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === "ValidationError" && /does not exist/.test(error.message);
