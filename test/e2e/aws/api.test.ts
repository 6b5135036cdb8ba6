/** The API as it is deployed, and the command line in front of it: endpoints from a file into DynamoDB, a test message out of SNS. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTable } from "../../../lib/adapters/dynamodb/table.ts";
import { makeTokens } from "../../../lib/adapters/dynamodb/tokens.ts";
import { type HttpHost, serve } from "../../../lib/adapters/http/serve.ts";
import { systemClock } from "../../../lib/adapters/system-clock.ts";
import { hashToken } from "../../../lib/adapters/token/token.ts";
import { type Box, HOME_REGION, startBox } from "../../aws-box/box.ts";
import type { DeployedFunction } from "../../aws-box/runner/deployed.ts";
import { dynamodbAt, tableNames } from "../../aws-box/tables.ts";
import { run } from "../../local/cli/support.ts";
import { createTables } from "../../support/dynamo-tables.ts";
import { bundleOf } from "./support/bundles.ts";
import { environments, topicArnPrefix } from "./support/environments.ts";

const token = `vg_${"T".repeat(43)}`;
const setting = {
  homeRegion: HOME_REGION,
  regions: ["eu-west-1", "us-east-1"],
  canary: "http://127.0.0.1/",
  sink: "none" as const,
  shardSize: 500,
};

let box: Box;
let api: DeployedFunction;
let host: HttpHost;
let folder = "";

/** What API Gateway does with an event and the function's answer. */
async function invoke(event: unknown): Promise<unknown> {
  const { outcome } = await api.invoke(event);
  if (outcome.kind !== "answered") throw new Error(`the function ${outcome.kind}\n${api.output()}`);
  return outcome.payload;
}

beforeEach(async () => {
  box = await startBox();
  const client = dynamodbAt(box.dynamodb.url, HOME_REGION);
  await createTables(client, tableNames);
  await makeTokens(openTable({ client, clock: systemClock }, tableNames.config)).create(hashToken(token), {
    org: "default",
    name: "test",
    createdAt: 0,
  });
  client.destroy();
  box.sns.createTopic(`${topicArnPrefix(HOME_REGION)}default`);
  const env = (door: string) => environments.home.api(setting, door, HOME_REGION);
  api = box.deploy({ name: "api", region: HOME_REGION, bundle: await bundleOf("api"), env });
  host = await serve({
    handler: invoke,
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    newId: () => "r",
    onFault: (error) => {
      throw error;
    },
  });
  folder = await mkdtemp(join(tmpdir(), "vigie-api-"));
});

afterEach(async () => {
  await host.close();
  await box[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const vigie = (...args: string[]) =>
  run(args, { cwd: folder, env: { VIGIE_URL: host.url, VIGIE_TOKEN: token, XDG_CONFIG_HOME: folder } });

const request = (
  method: string,
  path: string,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
) => fetch(`${host.url}${path}`, { method, headers });

test("from a file into the tables, changed, pruned, and read again", async () => {
  const file = (text: string) => writeFile(join(folder, "vigie.yaml"), `endpoints:\n${text}`);
  await file(
    Array.from(
      { length: 30 },
      (_, i) => `  - { id: e${i}, url: "https://e${i}.example/", regions: [us-east-1] }\n`,
    ).join(""),
  );
  const first = await vigie("apply", "--yes");
  expect(first.stdout).toContain("30 endpoints created, 0 changed, 0 deleted, 0 failed.");
  expect((await vigie("apply")).stdout).toContain("30 as they are.");
  await file(
    `  - { id: e0, url: "https://e0.example/", interval: 5m }\n  - { id: e1, url: "https://e1.example/", regions: [us-east-1] }\n`,
  );
  const changed = JSON.parse((await vigie("apply", "--yes", "--prune", "--json")).stdout);
  expect(changed).toMatchObject({
    change: [{ id: "e0", fields: ["interval", "regions"] }],
    outcome: { created: 0, changed: 1, deleted: 28, failed: [] },
  });
  const list = await (await request("GET", "/v1/endpoints")).json();
  expect(list).toMatchObject({
    endpoints: [
      { endpoint: { id: "e0", interval: "5m" }, origin: "api", status: { verdict: "unknown" } },
      { endpoint: { id: "e1", interval: "1m" }, origin: "api" },
    ],
    next: null,
  });
});

test("a test message reaches the topic of the organization", async () => {
  const { code, stdout } = await vigie("test-alert");
  expect(code).toBe(0);
  expect(stdout).toContain("✔ sns took it");
  expect(box.sns.published).toMatchObject([
    {
      topicArn: `${topicArnPrefix(HOME_REGION)}default`,
      subject: "TEST from Vigie: alerts reach you here. Nothing is down.",
      attributes: { effectId: expect.stringMatching(/^test\//) },
    },
  ]);
});

test("while SNS is away it says that nobody was told", async () => {
  box.faults.add({ service: "sns" }, "broken");
  const { code, stderr } = await vigie("test-alert");
  expect(code).toBe(1);
  expect(stderr).toContain("nobody was told: SNS took no message");
});

test("who has no token sees nothing but whether it is well", async () => {
  expect((await request("GET", "/healthz", {})).status).toBe(200);
  for (const [method, path] of [
    ["GET", "/v1/endpoints"],
    ["POST", "/v1/endpoints"],
    ["POST", "/v1/test-alert"],
    ["GET", "/v1/stats"],
  ] as const)
    expect((await request(method, path, {})).status).toBe(401);
  expect(
    (await request("GET", "/v1/endpoints", { authorization: `Bearer vg_${"X".repeat(43)}` })).status,
  ).toBe(401);
});

test("while the table is away: 503, and again afterwards", async () => {
  const away = box.faults.add({ service: "dynamodb" }, "broken");
  expect((await request("GET", "/healthz", {})).status).toBe(503);
  expect((await request("GET", "/v1/endpoints")).status).toBe(503);
  away.end();
  expect((await request("GET", "/v1/endpoints")).status).toBe(200);
});
