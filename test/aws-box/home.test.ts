/** The built functions of the home region on the box: what they are triggered by, and what comes of it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeEndpoints } from "../../lib/adapters/dynamodb/endpoints.ts";
import { makeHistory } from "../../lib/adapters/dynamodb/history.ts";
import { makePlacement } from "../../lib/adapters/dynamodb/placement.ts";
import { openTable } from "../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../lib/adapters/dynamodb/ticks.ts";
import { writeFailures } from "../../lib/core/alert/post.ts";
import { bareEndpoint } from "../../lib/core/endpoint/bare.ts";
import { bundleFunctions, type FunctionName } from "../../scripts/bundle.ts";
import { DAY, failedRecord, HOUR, MINUTE, recordSample, SECOND } from "../contract/samples.ts";
import { outcomeAt } from "../lib/core/alert/play.ts";
import { createTables } from "../support/dynamo-tables.ts";
import { type Box, HEARTBEAT_PATH, startBox } from "./box.ts";
import { deliver, forwardToNext } from "./mapping.ts";
import { queueUrl } from "./sqs/stand-in.ts";
import { dynamodbAt, tableNames } from "./tables.ts";

const REGIONS = ["eu-west-1", "us-east-1", "ap-northeast-1"];
const TOPICS = "arn:aws:sns:eu-central-1:111122223333:vigie-";
const TIMEOUT_MS = 120_000;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-home-"));
  await bundleFunctions(folder, ["failure", "watchdog", "rollup"]);
}, TIMEOUT_MS);
afterAll(() => rm(folder, { recursive: true }));

/** Home with these endpoints: tables, a queue with dead letters, a topic. */
async function homeWith(box: Box, ids: readonly string[]) {
  const client = dynamodbAt(box.dynamodb.url, box.homeRegion);
  await createTables(client, tableNames);
  const clock = { now: box.clock.now, sleep: async () => {} };
  const table = (name: string) => openTable({ client, clock }, name);
  const config = table(tableNames.config);
  const endpoints = makeEndpoints(config, { clock, ticksKeptMs: 2 * DAY });
  for (const id of ids)
    await endpoints.put(
      bareEndpoint(id, `https://${id}.test/`, { org: "default", name: id, intervalMs: MINUTE }),
      "api",
      null,
    );
  const placement = makePlacement(config);
  const ticks = makeTicks(table(tableNames.ticks), { placement, regions: REGIONS, retentionMs: 2 * DAY });
  const history = makeHistory(table(tableNames.history), {
    placement,
    clock,
    regions: REGIONS,
    tickRetentionMs: 2 * DAY,
  });
  const region = box.homeRegion;
  const dead = box.sqs.create({ region, name: "dead" });
  const queue = (name: string) =>
    box.sqs.create({ region, name, visibilityMs: 360_000, deadLetters: { queue: dead, maxReceives: 5 } });
  const failures = queue("failures");
  const rollups = queue("rollups");
  box.sns.createTopic(`${TOPICS}default`);
  const deploy = (name: FunctionName) =>
    box.deploy({
      name,
      region,
      bundle: join(folder, name, "index.mjs"),
      env: (door) => ({
        CONFIG_TABLE: tableNames.config,
        ALERTS_TABLE: tableNames.alerts,
        TICKS_TABLE: tableNames.ticks,
        HISTORY_TABLE: tableNames.history,
        FAILURES_QUEUE_URL: queueUrl(door, "failures"),
        ROLLUP_QUEUE_URL: queueUrl(door, "rollups"),
        TOPIC_ARN_PREFIX: TOPICS,
        REGIONS: REGIONS.join(),
        TICK_RETENTION_MS: String(2 * DAY),
        HOUR_RETENTION_MS: String(400 * DAY),
        DAY_RETENTION_MS: String(1_825 * DAY),
        HEARTBEAT_URL: `${door}${HEARTBEAT_PATH}`,
      }),
    });
  const log = async (mark: "o" | "x", at: number): Promise<void> => {
    for (const where of REGIONS)
      await ticks.append(
        ids.map((endpointId) =>
          (mark === "o" ? recordSample : failedRecord)({
            org: "default",
            endpointId,
            region: where,
            scheduledAt: at,
          }),
        ),
        { shard: "minutes-1", lane: "main" },
      );
  };
  const failing = (some: readonly string[], at: number): string =>
    writeFailures(
      some.flatMap((endpointId) =>
        REGIONS.map((where) => ({ org: "default", endpointId, outcomes: outcomeAt(where, at, "x") })),
      ),
    );
  return { dead, failures, rollups, deploy, log, failing, history };
}

const subjects = (box: Box): string[] => box.sns.published.map(({ subject }) => subject);

test("failures go out at once, what follows when the gate ends, recoveries by the watchdog", {
  timeout: TIMEOUT_MS,
}, async () => {
  await using box = await startBox();
  const home = await homeWith(box, ["shop", "blog", "wiki"]);
  const failure = home.deploy("failure");
  const watchdog = home.deploy("watchdog");
  const start = Math.ceil(box.clock.now() / MINUTE) * MINUTE;
  await home.log("o", start);
  box.clock.forwardTo(start + MINUTE + SECOND);
  home.failures.send(home.failing(["shop"], start + MINUTE));
  home.failures.send("nobody's");
  await deliver(home.failures, failure);
  expect(subjects(box)).toEqual([expect.stringMatching(/^Website shop is down\. availability=50\.0%/)]);
  expect(box.sns.published[0]?.attributes).toMatchObject({ effectId: expect.stringContaining("/down.") });

  home.failures.send(home.failing(["blog", "wiki"], start + MINUTE));
  await deliver(home.failures, failure);
  expect(subjects(box)).toHaveLength(1);
  expect(forwardToNext(box.clock, [home.failures], start + 2 * MINUTE)).toBe(true);
  await deliver(home.failures, failure);
  expect(subjects(box)[1]).toBe("2 websites are down: blog, wiki");

  for (const minute of [2, 3]) await home.log("o", start + minute * MINUTE);
  box.clock.forwardTo(start + 3 * MINUTE + 10 * SECOND);
  expect((await watchdog.invoke({})).outcome).toMatchObject({ kind: "answered" });
  expect(subjects(box)[2]).toBe("3 websites are up: blog, shop, wiki");
  expect(box.web.hits[HEARTBEAT_PATH]).toBe(1);
  expect(watchdog.output()).not.toContain("OldestUnsentSeconds");
  while (forwardToNext(box.clock, [home.failures], start + HOUR)) await deliver(home.failures, failure);
  expect(home.dead.messages.map(({ body }) => body)).toEqual(["nobody's"]);
  expect(subjects(box)).toHaveLength(3);
});

test("a mass outage is handed on to the failure function, and ends in one message", {
  timeout: TIMEOUT_MS,
}, async () => {
  await using box = await startBox();
  const ids = Array.from({ length: 110 }, (_, i) => `site-${i}`);
  const home = await homeWith(box, ids);
  const failure = home.deploy("failure");
  const watchdog = home.deploy("watchdog");
  const start = Math.ceil(box.clock.now() / MINUTE) * MINUTE;
  await home.log("o", start);
  box.clock.forwardTo(start + MINUTE + SECOND);
  home.failures.send(home.failing(ids, start + MINUTE));
  await deliver(home.failures, failure);
  expect(subjects(box)).toEqual([expect.stringMatching(/^110 websites are down: site-/)]);
  for (const minute of [2, 3]) await home.log("o", start + minute * MINUTE);
  box.clock.forwardTo(start + 3 * MINUTE + 10 * SECOND);
  await watchdog.invoke({});
  expect(subjects(box)).toHaveLength(1);
  await deliver(home.failures, failure);
  expect(subjects(box)[1]).toMatch(/^110 websites are up: site-0, site-1, site-10 and 107 more$/);
});

test("an hour is planned, and rolled up message by message", { timeout: TIMEOUT_MS }, async () => {
  await using box = await startBox();
  const home = await homeWith(box, ["shop", "blog"]);
  const rollup = home.deploy("rollup");
  const hour = Math.ceil(box.clock.now() / HOUR) * HOUR;
  for (const minute of [0, 1, 59]) await home.log("o", hour + minute * MINUTE);
  box.clock.forwardTo(hour + HOUR + 25 * MINUTE);
  expect((await rollup.invoke({ plan: true })).outcome).toMatchObject({ kind: "answered" });
  expect(home.rollups.messages).toHaveLength(REGIONS.length);
  while (forwardToNext(box.clock, [home.rollups], hour + 2 * HOUR))
    await deliver(home.rollups, rollup, { batchSize: 1 });
  expect(home.rollups.messages).toEqual([]);
  expect(await home.history.rolledUpTo("default", "shop")).toBe(hour);
  const buckets = await home.history.list("default", "shop", "hour", hour, hour + HOUR);
  expect(buckets.map(({ region, ok }) => [region, ok]).sort()).toEqual(
    REGIONS.map((where) => [where, 3]).sort(),
  );
});
