/** What `vigie doctor` decides, case by case. */
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import {
  GetSMSAttributesCommand,
  GetSMSSandboxAccountStatusCommand,
  ListOriginationNumbersCommand,
  ListSubscriptionsCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { DescribeEndpointsCommand, TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientsFor } from "../../../lib/adapters/aws-account/account.ts";
import { concurrencyNeeded } from "../../../lib/core/deployment/concurrency.ts";
import { examine, questionsFor, type Wanted } from "../../../local/cli/doctor/examine.ts";
import type { Finding } from "../../../local/cli/doctor/finding.ts";

const sts = mockClient(STSClient);
const ssm = mockClient(SSMClient);
const quotas = mockClient(ServiceQuotasClient);
const sns = mockClient(SNSClient);
const timestream = mockClient(TimestreamWriteClient);
const all = [sts, ssm, quotas, sns, timestream];

const wanted: Wanted = {
  homeRegion: "eu-west-1",
  probeRegions: ["us-east-1"],
  shardSize: 500,
  endpoints: 100,
  phones: [],
  timestream: { recorded: false, inAppFile: false },
};

beforeEach(() => {
  sts.on(GetCallerIdentityCommand).resolves({ Account: "1", Arn: "arn:aws:iam::1:user/a" });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: "28" } });
  quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 1_000 } });
  sns.on(ListSubscriptionsCommand).resolves({});
  sns.on(GetSMSSandboxAccountStatusCommand).resolves({ IsInSandbox: false });
  sns.on(GetSMSAttributesCommand).resolves({ attributes: { MonthlySpendLimit: "50" } });
  sns.on(ListOriginationNumbersCommand).resolves({ PhoneNumbers: [{ PhoneNumber: "+15550100" }] });
  timestream.on(DescribeEndpointsCommand).resolves({ Endpoints: [] });
});

afterEach(() => {
  for (const client of all) client.reset();
});

const named = (name: string, message = "no", more: object = {}): Error =>
  Object.assign(new Error(message), { name }, more);

async function find(name: string, region: string, about: Partial<Wanted> = {}): Promise<Finding> {
  const { findings } = await examine({ ...wanted, ...about }, clientsFor);
  const found = findings.find((finding) => finding.name === name && finding.region === region);
  if (found === undefined) throw new Error(`nothing was found of ${name} in ${region}`);
  return found;
}

test("all that is asked is told, once it is there", async () => {
  let answers = 0;
  const { findings, identity } = await examine(wanted, clientsFor, () => answers++);
  expect(answers).toBe(questionsFor(wanted));
  expect(identity?.account).toBe("1");
  expect(findings.map(({ name, region, state }) => `${name} ${region} ${state}`)).toEqual([
    "credentials null ok",
    "bootstrap eu-west-1 ok",
    "concurrency eu-west-1 ok",
    "subscriptions eu-west-1 ok",
    "bootstrap us-east-1 ok",
    "concurrency us-east-1 ok",
    "subscriptions us-east-1 ok",
    "timestream eu-west-1 ok",
    "sms eu-west-1 skipped",
  ]);
});

describe("bootstrap", () => {
  test.each([
    ["6", "ok"],
    ["5", "change"],
    ["nonsense", "change"],
  ])("version %s: %s", async (Value, state) => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value } });
    expect((await find("bootstrap", "us-east-1")).state).toBe(state);
  });

  test("a region that the account has not enabled knows none of its keys", async () => {
    ssm.on(GetParameterCommand).rejects(named("UnrecognizedClientException"));
    const { state, text } = await find("bootstrap", "us-east-1");
    expect({ state, text }).toEqual({
      state: "unknown",
      text: "us-east-1 does not know these credentials: they are wrong, or the region is not enabled for the account.",
    });
  });
});

describe("concurrency", () => {
  test.each([
    [{ endpoints: 0, shardSize: 500, home: false }, 7],
    [{ endpoints: 500, shardSize: 500, home: false }, 7],
    [{ endpoints: 501, shardSize: 500, home: false }, 9],
    [{ endpoints: 300_000, shardSize: 500, home: true }, 1_235],
  ])("%j needs %i environments", (load, needed) => {
    expect(concurrencyNeeded(load)).toBe(needed);
  });

  test("exactly enough is enough", async () => {
    quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 7 } });
    expect((await find("concurrency", "us-east-1")).state).toBe("ok");
    quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 6 } });
    expect((await find("concurrency", "us-east-1")).fix).toContain("--desired-value 1000 --region us-east-1");
  });

  test("asks for as much as is needed, rounded up", async () => {
    expect((await find("concurrency", "us-east-1", { endpoints: 300_000 })).fix).toContain(
      "--desired-value 1500",
    );
  });
});

describe("Timestream", () => {
  const closed = named(
    "AccessDeniedException",
    "Only existing Timestream for LiveAnalytics customers can access the service. Reach out to AWS support",
  );

  test.each<[string, Error | null, Wanted["timestream"], Finding["state"], boolean | null]>([
    ["open, not used", null, { recorded: false, inAppFile: false }, "ok", true],
    ["open and used", null, { recorded: true, inAppFile: false }, "ok", true],
    ["closed, not used", closed, { recorded: false, inAppFile: false }, "ok", false],
    ["closed, but used", closed, { recorded: true, inAppFile: false }, "change", false],
    [
      "not in this region",
      named("Error", "getaddrinfo ENOTFOUND", { code: "ENOTFOUND" }),
      { recorded: false, inAppFile: false },
      "ok",
      false,
    ],
    [
      "no permission to ask",
      named("AccessDeniedException", "User: a is not authorized to perform"),
      { recorded: false, inAppFile: false },
      "unknown",
      null,
    ],
    ["no answer", named("TimeoutError"), { recorded: false, inAppFile: false }, "unknown", null],
    ["set by hand", null, { recorded: false, inAppFile: true }, "change", true],
  ])("%s", async (_, error, recorded, state, usable) => {
    if (error !== null) timestream.on(DescribeEndpointsCommand).rejects(error);
    const found = await examine({ ...wanted, timestream: recorded }, clientsFor);
    expect(found.timestream).toBe(usable);
    expect(found.findings.find(({ name }) => name === "timestream")?.state).toBe(state);
  });
});

describe("SMS", () => {
  const french = { phones: ["+33612345678"] };
  const american = { phones: ["+15550100"] };

  test("all well", async () => {
    expect(await find("sms", "eu-west-1", french)).toMatchObject({
      state: "ok",
      text: expect.stringContaining("up to $50 a month"),
    });
  });

  test("the sandbox", async () => {
    sns.on(GetSMSSandboxAccountStatusCommand).resolves({ IsInSandbox: true });
    expect(await find("sms", "eu-west-1", french)).toMatchObject({
      state: "change",
      text: "only verified numbers get SMS (sandbox)",
    });
  });

  test("no limit was ever set, which is one dollar", async () => {
    sns.on(GetSMSAttributesCommand).resolves({ attributes: {} });
    expect((await find("sms", "eu-west-1", french)).text).toBe("at most $1 a month is spent on SMS");
  });

  test("a number to send from matters where the country takes no message without", async () => {
    sns.on(ListOriginationNumbersCommand).resolves({ PhoneNumbers: [] });
    expect((await find("sms", "eu-west-1", french)).state).toBe("ok");
    expect((await find("sms", "eu-west-1", american)).state).toBe("change");
  });

  test("nothing is asked without phone numbers", async () => {
    await find("sms", "eu-west-1");
    expect(sns.commandCalls(GetSMSSandboxAccountStatusCommand)).toHaveLength(0);
  });
});

describe("subscriptions", () => {
  const one = (topic: string, SubscriptionArn: string, Endpoint: string) => ({
    TopicArn: `arn:aws:sns:eu-west-1:1:${topic}`,
    SubscriptionArn,
    Endpoint,
  });

  test("of every page, those to Vigie's topics that wait; the operators' too", async () => {
    sns.on(ListSubscriptionsCommand).resolves({
      Subscriptions: [
        one("vigie-default", "PendingConfirmation", "a@x"),
        one("vigie-default", "arn:1", "b@x"),
      ],
      NextToken: "more",
    });
    sns.on(ListSubscriptionsCommand, { NextToken: "more" }).resolves({
      Subscriptions: [
        one("VigieHome-Operator1A2B", "PendingConfirmation", "ops@x"),
        one("theirs", "PendingConfirmation", "c@x"),
      ],
    });
    expect((await find("subscriptions", "eu-west-1")).text).toBe(
      "not confirmed, so nothing is sent there: a@x (vigie-default), ops@x (VigieHome-Operator1A2B)",
    );
  });
});
