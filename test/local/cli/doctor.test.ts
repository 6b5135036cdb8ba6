/** `vigie doctor` as people start it, with the real clients, against an account on loopback. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Account, account } from "./aws-account.ts";
import { type Ran, run } from "./support.ts";

// a process takes a while to start on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = "";
let aws: Account;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-doctor-"));
  aws = await account();
});

afterEach(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

const write = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value, null, 2));
const read = (name: string) => readFile(join(folder, name), "utf8");
const least = { homeRegion: "eu-west-1", probeRegions: ["eu-west-1", "us-east-1"] };
const cdk = (more: object = {}) =>
  write("cdk.json", { app: "node bin/cdk.ts", context: { ...least, ...more } });

const doctor = (args: readonly string[] = [], env: Record<string, string> = aws.env): Promise<Ran> =>
  run(["doctor", ...args], { cwd: folder, env: { AWS_EC2_METADATA_DISABLED: "true", ...env } });

const denied = {
  status: 400,
  body: { __type: "AccessDeniedException", message: "User: ada is not authorized" },
};
const closed = {
  status: 400,
  body: {
    __type: "AccessDeniedException",
    message:
      "Only existing Timestream for LiveAnalytics customers can access the service. Reach out to AWS support",
  },
};

test("an account that is ready: 0, and every region was asked", async () => {
  await cdk();
  const { code, stdout, stderr } = await doctor();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("✔ credentials   account 111122223333, arn:aws:iam::111122223333:user/ada");
  expect(stdout).toContain("✔ bootstrap     eu-west-1: version 28");
  expect(stdout).toContain("✔ bootstrap     us-east-1: version 28");
  expect(stdout).toContain(
    "✔ concurrency   us-east-1: 1000 Lambda environments allowed, 7 needed for 500 endpoints",
  );
  expect(stdout).toContain("✔ timestream    eu-west-1: can be used, and is not: --save turns it on");
  expect(stdout).toContain("- sms           eu-west-1: no phone numbers are to be told");
  expect(stdout).toContain("Nothing has to be changed.");
  expect(stdout).not.toContain("\u001b[");
  expect(aws.asked.filter((question) => question.endsWith("GetCallerIdentity"))).toHaveLength(1);
});

test("what has to be changed: 1, each with what to do", async () => {
  await cdk({ alertPhones: ["+15550100"] });
  aws.on("us-east-1", "ssm", "GetParameter", {
    status: 400,
    body: { __type: "ParameterNotFound", message: "none" },
  });
  aws.on("eu-west-1", "servicequotas", "GetServiceQuota", { body: { Quota: { Value: 10 } } });
  aws.on("eu-west-1", "sns", "GetSMSSandboxAccountStatus", { body: "<IsInSandbox>true</IsInSandbox>" });
  aws.on("eu-west-1", "sns", "GetSMSAttributes", {
    body: "<attributes><entry><key>MonthlySpendLimit</key><value>1</value></entry></attributes>",
  });
  aws.on("eu-west-1", "sns", "ListOriginationNumbers", { body: "<PhoneNumbers/>" });
  const subscription = (topic: string, arn: string, endpoint: string) =>
    `<member><TopicArn>arn:aws:sns:eu-west-1:111122223333:${topic}</TopicArn><Protocol>email</Protocol><SubscriptionArn>${arn}</SubscriptionArn><Owner></Owner><Endpoint>${endpoint}</Endpoint></member>`;
  aws.on("eu-west-1", "sns", "ListSubscriptions", {
    body: `<Subscriptions>${subscription("vigie-default", "PendingConfirmation", "late@example.com")}${subscription("vigie-default", "arn:x", "there@example.com")}${subscription("other", "PendingConfirmation", "not@example.com")}</Subscriptions>`,
  });
  const { code, stdout } = await doctor(["--endpoints", "20000"]);
  expect(code).toBe(1);
  expect(stdout).toContain(
    "✘ bootstrap     us-east-1: not bootstrapped\n                npx cdk bootstrap aws://111122223333/us-east-1",
  );
  expect(stdout).toContain(
    "✘ concurrency   eu-west-1: 10 Lambda environments allowed, 115 needed for 20000 endpoints",
  );
  expect(stdout).toContain("--desired-value 1000 --region eu-west-1");
  expect(stdout).toContain(
    "only verified numbers get SMS (sandbox); at most $1 a month is spent on SMS; no number to send from",
  );
  expect(stdout).toContain("not confirmed, so nothing is sent there: late@example.com (vigie-default)\n");
  expect(stdout).toMatch(/4 of 9 to look at\.\n$/);
});

test("--json is one object", async () => {
  const { code, stdout } = await doctor([
    "--json",
    "--region",
    "eu-west-1,us-east-1",
    "--region",
    "ap-south-1",
  ]);
  expect(code).toBe(0);
  const found = JSON.parse(stdout);
  expect(found).toMatchObject({
    account: "111122223333",
    homeRegion: "eu-west-1",
    probeRegions: ["eu-west-1", "us-east-1", "ap-south-1"],
    endpoints: 500,
  });
  expect(found.findings[0]).toEqual({
    name: "credentials",
    region: null,
    state: "ok",
    text: expect.any(String),
  });
  expect(found.findings).toHaveLength(12);
});

describe("--save", () => {
  const context = async () => JSON.parse(await read("cdk.context.json"));

  test("records that Timestream can be used, and keeps every other key", async () => {
    await cdk();
    await write("cdk.context.json", {
      "availability-zones:account=1:region=eu-west-1": ["a", "b"],
      timestream: false,
    });
    const { code, stdout } = await doctor(["--save"]);
    expect(code).toBe(0);
    expect(stdout).toContain("cdk.context.json: can be used");
    expect(await context()).toEqual({
      "availability-zones:account=1:region=eu-west-1": ["a", "b"],
      timestream: true,
    });
    expect((await doctor()).stdout).toContain("can be used, and is\n");
  });

  test("records that it can't", async () => {
    await cdk();
    await write("cdk.context.json", { timestream: true });
    aws.on("eu-west-1", "timestream", "DescribeEndpoints", closed);
    const before = await doctor();
    expect(before.code).toBe(1);
    expect(before.stdout).toContain("recorded as usable, but this account can't use Timestream");
    expect((await doctor(["--save"])).code).toBe(0);
    expect(await context()).toEqual({ timestream: false });
  });

  test("records nothing when it could not be asked", async () => {
    await cdk();
    aws.on("eu-west-1", "timestream", "DescribeEndpoints", denied);
    const { code, stdout } = await doctor(["--save"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "? timestream    eu-west-1: These credentials may not call timestream:DescribeEndpoints in eu-west-1.",
    );
    await expect(read("cdk.context.json")).rejects.toThrow("ENOENT");
  });

  test("a file that is not JSON is left as it is", async () => {
    await cdk();
    await writeFile(join(folder, "cdk.context.json"), "{ mine");
    const { code, stderr } = await doctor(["--save"]);
    expect(code).toBe(2);
    expect(stderr).toContain("cdk.context.json: it is not valid JSON.");
    expect(await read("cdk.context.json")).toBe("{ mine");
  });
});

test("`timestream` in cdk.json overrides what is recorded, so it has to go", async () => {
  await cdk({ timestream: true });
  const { code, stdout } = await doctor(["--save"]);
  expect(code).toBe(1);
  expect(stdout).toContain("`timestream` stands in cdk.json");
  await expect(read("cdk.context.json")).rejects.toThrow("ENOENT");
});

describe("credentials", () => {
  test("none: 1 and how to get some, nothing else is asked", async () => {
    await cdk();
    const { code, stdout } = await doctor([], { AWS_ENDPOINT_URL: aws.url, HOME: folder });
    expect(code).toBe(1);
    expect(stdout).toContain("✘ credentials   No AWS credentials were found: run `aws configure`");
    expect(aws.asked).toEqual([]);
  });

  test.each([
    ["ExpiredToken", "have expired: sign in again"],
    ["InvalidClientTokenId", "eu-west-1 does not know these credentials"],
  ])("%s", async (name, words) => {
    await cdk();
    aws.on("*", "sts", "GetCallerIdentity", {
      status: 403,
      body: `<Code>${name}</Code><Message>no</Message>`,
    });
    const { code, stdout, stderr } = await doctor();
    expect(code).toBe(1);
    expect(stdout).toContain(words);
    expect(stdout + stderr).not.toContain("s3cret-key");
    expect(aws.asked).toHaveLength(1);
  });

  test("that may not ask one thing: said, and the rest is asked", async () => {
    await cdk();
    aws.on("us-east-1", "servicequotas", "GetServiceQuota", denied);
    const { code, stdout } = await doctor();
    expect(code).toBe(1);
    expect(stdout).toContain(
      "? concurrency   us-east-1: These credentials may not call servicequotas:GetServiceQuota in us-east-1.",
    );
    expect(stdout).toContain("✔ concurrency   eu-west-1: 1000");
  });
});

describe("wrong usage: 2", () => {
  test("no cdk.json", async () => {
    const { code, stderr } = await doctor();
    expect(code).toBe(2);
    expect(stderr).toContain("There is no cdk.json here");
  });

  test("a wrong one, by file and line", async () => {
    await cdk({ homeRegion: "Dublin", probeRegion: [] });
    const { code, stderr } = await doctor();
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^cdk\.json:4:\d+: error: context\.homeRegion: expected an AWS region such as eu-west-1, got "Dublin"$/m,
    );
    expect(stderr).toMatch(
      /^cdk\.json:9:\d+: error: context\.probeRegion: unknown key; did you mean `probeRegions`\?/m,
    );
    expect(aws.asked).toEqual([]);
  });

  test("a wrong value in cdk.context.json, by its file", async () => {
    await cdk();
    await write("cdk.context.json", { timestream: "yes" });
    expect((await doctor()).stderr).toMatch(
      /^cdk\.context\.json:2:\d+: error: timestream: expected true or false/m,
    );
  });

  test("a wrong region", async () => {
    expect((await doctor(["--region", "Paris"])).stderr).toContain(
      '--region takes AWS regions such as eu-west-1, not "Paris"',
    );
  });
});
