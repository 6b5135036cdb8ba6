/** `vigie init` as people start it: the real clients, an account and an installation on loopback, DynamoDB as dynalite. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openTable } from "../../../lib/adapters/dynamodb/table.ts";
import { makeTokens } from "../../../lib/adapters/dynamodb/tokens.ts";
import { configDirectory } from "../../../local/cli/remote/credentials.ts";
import { createTables } from "../../support/dynamo-tables.ts";
import { systemClock } from "../../support/system-clock.ts";
import { type Account, account } from "./aws-account.ts";
import { type Installation, installation } from "./installation.ts";
import { type Ran, run } from "./support.ts";

// a process takes a while to start on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = "";
let aws: Account;
let there: Installation;
let client: DynamoDBClient;
const names = { config: "my-config", alerts: "my-alerts", ticks: "my-ticks", history: "my-history" };
const table = names.config;

const path = () => join(folder, "config", "vigie", "credentials.json");
const stored = async () => JSON.parse(await readFile(path(), "utf8"));

const init = (
  args: readonly string[] = ["--region", "eu-west-1"],
  env: Record<string, string> = {},
): Promise<Ran> =>
  run(["init", ...args], {
    cwd: folder,
    env: { ...aws.env, XDG_CONFIG_HOME: join(folder, "config"), ...env },
  });

const stack = (outputs: Record<string, string>, status = "UPDATE_COMPLETE") => {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  aws.on("eu-west-1", "cloudformation", "DescribeStacks", {
    body: `<Stacks><member><StackName>VigieHome</StackName><CreationTime>2026-11-20T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus><Outputs>${members.join("")}</Outputs></member></Stacks>`,
  });
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-init-"));
  aws = await account();
  client = new DynamoDBClient({
    region: "eu-west-1",
    endpoint: aws.url,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "k" },
  });
  await createTables(client, names);
  there = await installation({ tokens: makeTokens(openTable({ client, clock: systemClock }, table)) });
  stack({ ApiUrl: there.url, ConfigTable: table });
});

afterEach(async () => {
  client.destroy();
  await there.close();
  await aws.close();
  await rm(folder, { recursive: true });
});

test("makes a token that works, keeps it for its owner alone and never prints it", async () => {
  const { code, stdout, stderr } = await init();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`ready: ${there.url}`);
  expect(stdout).toContain(`A new API token is stored in ${path()}, readable for you alone.`);
  const { url, token } = await stored();
  expect(url).toBe(there.url);
  expect(token).toMatch(/^vg_/);
  expect(stdout).not.toContain(token);
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, "config", "vigie"))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(folder, "config", "vigie"))).toEqual(["credentials.json"]);
});

test("what it stored is all that apply needs; without AWS", async () => {
  await init();
  await writeFile(join(folder, "vigie.yaml"), "endpoints:\n  - https://shop.example/\n");
  const { code, stdout } = await run(["apply", "-f", "vigie.yaml", "--yes"], {
    cwd: folder,
    env: { XDG_CONFIG_HOME: join(folder, "config") },
  });
  expect(code).toBe(0);
  expect(stdout).toContain("1 endpoint created");
});

test("again: the stored one is kept while it works, and replaced when it doesn't", async () => {
  await init();
  const { token } = await stored();
  const again = await init();
  expect(again.stdout).toContain("The token that is stored in");
  expect((await stored()).token).toBe(token);
  await writeFile(path(), JSON.stringify({ schema: 1, url: there.url, token: `vg_${"A".repeat(43)}` }));
  expect((await init()).code).toBe(0);
  expect((await stored()).token).not.toBe(`vg_${"A".repeat(43)}`);
});

test("a file that holds something else, readable for all, is put right", async () => {
  await mkdir(join(folder, "config", "vigie"), { recursive: true, mode: 0o755 });
  await writeFile(path(), "mine", { mode: 0o644 });
  expect((await init()).code).toBe(0);
  expect((await stat(path())).mode & 0o777).toBe(0o600);
});

test("says when the environment comes before what is stored", async () => {
  const { stderr } = await init(undefined, { VIGIE_URL: "https://other.example" });
  expect(stderr).toContain("VIGIE_URL is set, and comes before what is stored.");
});

test("the region is that of cdk.json, or else AWS_REGION", async () => {
  expect((await init([], { AWS_REGION: "eu-west-1" })).code).toBe(0);
  await writeFile(
    join(folder, "cdk.json"),
    JSON.stringify({ context: { homeRegion: "eu-west-1", probeRegions: ["us-east-1"] } }),
  );
  expect((await init([], { AWS_REGION: "us-east-1" })).code).toBe(0);
});

describe("what goes wrong: 2, nothing stored, and what to do", () => {
  const nothingStored = () => expect(stat(path())).rejects.toThrow("ENOENT");

  test.each<[string, readonly string[], string]>([
    ["no region", [], "In which region is it? Give --region"],
    [
      "no region's name",
      ["--region", "Dublin"],
      '--region takes an AWS region such as eu-west-1, not "Dublin"',
    ],
    ["no stack", ["--region", "us-east-1"], "There is no stack VigieHome in us-east-1: deploy first"],
  ])("%s", async (_, args, words) => {
    const { code, stderr } = await init(args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    await nothingStored();
  });

  test("a stack without an API", async () => {
    stack({}, "ROLLBACK_COMPLETE");
    expect((await init()).stderr).toContain(
      "The stack VigieHome in eu-west-1 (ROLLBACK_COMPLETE) names no ApiUrl",
    );
    await nothingStored();
  });

  test("no such table", async () => {
    stack({ ApiUrl: there.url });
    expect((await init()).stderr).toContain("Table vigie-config: it does not exist");
    await nothingStored();
  });

  test("credentials that may not look", async () => {
    aws.on("eu-west-1", "cloudformation", "DescribeStacks", {
      status: 403,
      body: "<Code>AccessDenied</Code><Message>no</Message>",
    });
    expect((await init()).stderr).toContain("may not call cloudformation:DescribeStacks in eu-west-1");
    await nothingStored();
  });

  test("an installation that does not take the token", async () => {
    const other = await installation();
    stack({ ApiUrl: other.url, ConfigTable: table });
    const { code, stderr } = await init();
    expect(code).toBe(2);
    expect(stderr).toContain(`${other.url} does not take the token that was just made`);
    await other.close();
  });
});

test.each<[NodeJS.Platform, Record<string, string>, string]>([
  ["linux", { HOME: "/home/a" }, "/home/a/.config/vigie"],
  ["linux", { HOME: "/home/a", XDG_CONFIG_HOME: "/x" }, "/x/vigie"],
  ["linux", { HOME: "/home/a", XDG_CONFIG_HOME: "relative" }, "/home/a/.config/vigie"],
  ["darwin", { HOME: "/Users/a" }, "/Users/a/Library/Application Support/vigie"],
  ["darwin", { HOME: "/Users/a", XDG_CONFIG_HOME: "/x" }, "/x/vigie"],
  ["win32", { APPDATA: "/c/Roaming" }, "/c/Roaming/vigie"],
])("on %s with %j: %s", (platform, env, expected) => {
  expect(configDirectory(env, platform)).toBe(expected);
});
