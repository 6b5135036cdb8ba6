/** The built functions of a probe region on the box: what is started, checked, handed over, and kept while home is away. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { makeEndpoints } from "../../lib/adapters/dynamodb/endpoints.ts";
import { makePlacement } from "../../lib/adapters/dynamodb/placement.ts";
import { makeSlowLane } from "../../lib/adapters/dynamodb/slow-lane.ts";
import { openTable } from "../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../lib/adapters/dynamodb/ticks.ts";
import { failuresMessage } from "../../lib/core/alert/post.ts";
import { bareEndpoint } from "../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { bundleFunctions, type FunctionName } from "../../scripts/bundle.ts";
import { DAY, MINUTE, SECOND } from "../contract/samples.ts";
import { createTables } from "../support/dynamo-tables.ts";
import { answer, answering } from "../support/loopback.ts";
import { type Box, HEALTH_PATH, startBox } from "./box.ts";
import { deliver } from "./mapping.ts";
import type { Invocation } from "./runner/deployed.ts";
import type { Queue } from "./sqs/queue.ts";
import { queueUrl } from "./sqs/stand-in.ts";
import { dynamodbAt, tableNames } from "./tables.ts";

const REGION = "eu-west-1";
const FAILURES_PATH = "/internal/failures";
/** Addresses of the public internet; for the functions they are this machine. */
const SITE = "93.184.215.14";
const GONE = "93.184.215.15";
const TIMEOUT_MS = 120_000;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-checking-"));
  await bundleFunctions(folder, ["dispatch", "probe", "forward"]);
}, TIMEOUT_MS);
afterAll(() => rm(folder, { recursive: true }));

/** Home's stores, read by the test itself. */
async function homeOf(box: Box) {
  const client = dynamodbAt(box.dynamodb.url, box.homeRegion);
  await createTables(client, tableNames);
  const clock = { now: box.clock.now, sleep: async () => {} };
  const config = openTable({ client, clock }, tableNames.config);
  const ticks = makeTicks(openTable({ client, clock }, tableNames.ticks), {
    placement: makePlacement(config),
    regions: [REGION],
    retentionMs: 2 * DAY,
  });
  return {
    endpoints: makeEndpoints(config, { clock, ticksKeptMs: 2 * DAY }),
    slowLane: makeSlowLane(config),
    ticks,
  };
}

/** A region that checks, and what it needs of home. */
async function regionOf(box: Box, routes: Record<string, string>) {
  const home = await homeOf(box);
  const failures = box.sqs.create({ region: box.homeRegion, name: "failures" });
  const forwardQueue = box.sqs.create({ region: REGION, name: "forward" });
  const roundsQueue = box.sqs.create({ region: REGION, name: "rounds" });
  const deploy = (name: string, bundle: FunctionName, memoryMb: number) =>
    box.deploy({
      name,
      region: REGION,
      memoryMb,
      bundle: join(folder, bundle, "index.mjs"),
      routes,
      env: (door) => ({
        HOME_REGION: box.homeRegion,
        CONFIG_TABLE: tableNames.config,
        ALERTS_TABLE: tableNames.alerts,
        TICKS_TABLE: tableNames.ticks,
        TICK_RETENTION_MS: String(2 * DAY),
        FAILURES_URL: door + FAILURES_PATH,
        FORWARD_QUEUE_URL: queueUrl(door, "forward"),
        ROUNDS_QUEUE_URL: queueUrl(door, "rounds"),
        SLOW_FUNCTION: "probe-slow",
        PROBE_FUNCTION: "probe",
        CANARIES: `http://${SITE}/`,
        HOME_HEALTH_URL: door + HEALTH_PATH,
      }),
    });
  const functions = {
    dispatch: deploy("dispatch", "dispatch", 512),
    probe: deploy("probe", "probe", 1_769),
    "probe-slow": deploy("probe-slow", "probe", 256),
    forward: deploy("forward", "forward", 256),
  };
  type Started = "probe" | "probe-slow";

  /** Runs what was started asynchronously; answers who ran and how it ended. */
  async function runStarted(): Promise<[string, Invocation][]> {
    const ran: [string, Invocation][] = [];
    for (let started = box.lambda.takeInvoked(); started.length > 0; started = box.lambda.takeInvoked())
      for (const { name, payload } of started)
        ran.push([name, await functions[name as Started].invoke(payload)]); // only these two are started
    return ran;
  }

  async function minute(scheduledAt: number) {
    box.clock.forwardTo(scheduledAt + SECOND);
    await functions.dispatch.invoke({ scheduledAt: new Date(scheduledAt).toISOString() });
    return runStarted();
  }
  return { ...home, functions, failures, forwardQueue, roundsQueue, minute, runStarted };
}

const postsIn = (queue: Queue) =>
  queue.messages.flatMap(({ body }) => failuresMessage.parse(JSON.parse(body)).posts);

/** What a tick wrote: endpoint, outcome, flags. */
async function written(ticks: Awaited<ReturnType<typeof homeOf>>["ticks"], at: number): Promise<string[]> {
  const records = await ticks.all("default", at, at);
  return records
    .map(({ endpointId, outcome, flags }) => {
      const slow = flags.includes("slow_lane") ? " slow_lane" : "";
      return `${endpointId} ${outcome === "ok" ? "ok" : outcome.type}${slow}`;
    })
    .toSorted();
}

async function world(box: Box, more: readonly Endpoint[] = []) {
  const [site, gone] = [await answering(answer("ok")), await answering("")];
  onTestFinished(() => site.close());
  await gone.close();
  const region = await regionOf(box, { [`${SITE}:80`]: site.host, [`${GONE}:80`]: gone.host });
  const about = { org: "default", alert: { retries: 0 } };
  const endpoints = [
    bareEndpoint("good", `http://${SITE}/`, about),
    bareEndpoint("bad", `http://${GONE}/`, about),
    ...more,
  ];
  for (const endpoint of endpoints) await region.endpoints.put(endpoint, "api", null);
  return { ...region, start: Math.ceil(box.clock.now() / MINUTE) * MINUTE };
}

const kindsOf = (ran: readonly [string, Invocation][]): string[] =>
  ran.map(([name, { outcome }]) => `${name} ${outcome.kind}`);

test("a tick is started, checked, written and posted; the next leaves what failed to the small function", {
  timeout: TIMEOUT_MS,
}, async () => {
  await using box = await startBox();
  const { start, minute, ticks, failures, slowLane, functions, endpoints } = await world(box);
  expect(kindsOf(await minute(start))).toEqual(["probe answered"]);
  expect(await written(ticks, start)).toEqual(["bad tcp.refused", "good ok"]);
  expect(postsIn(failures)).toMatchObject([
    { endpointId: "bad", outcomes: [{ region: REGION, scheduledAt: start }] },
  ]);
  const [shard] = await endpoints.shards();
  expect(await slowLane.members({ region: REGION, shard: shard?.id ?? "" })).toMatchObject({
    failing: new Set(["default/bad"]),
  });
  expect(kindsOf(await minute(start + MINUTE))).toEqual(["probe answered", "probe-slow answered"]);
  expect(await written(ticks, start + MINUTE)).toEqual(["bad tcp.refused slow_lane", "good ok"]);
  expect(functions.probe.output()).toBe("");
});

test("rounds of a short interval: the first at once, the others when their messages come", {
  timeout: TIMEOUT_MS,
}, async () => {
  await using box = await startBox();
  const short = [bareEndpoint("often", `http://${SITE}/`, { org: "default", intervalMs: 30_000 })];
  const { start, minute, ticks, roundsQueue, functions } = await world(box, short);
  expect(kindsOf(await minute(start))).toEqual(["probe answered", "probe answered"]);
  expect(await written(ticks, start)).toEqual(["bad tcp.refused", "good ok", "often ok"]);
  for (const offset of [10, 15, 20, 30, 40, 45, 50]) {
    box.clock.forwardTo(start + (offset + 3) * SECOND);
    expect(await deliver(roundsQueue, functions.probe, { batchSize: 1 })).toHaveLength(1);
    expect(await written(ticks, start + offset * SECOND)).toEqual(offset === 30 ? ["often ok"] : []);
  }
  expect(roundsQueue.messages).toEqual([]);
});

test("while home is away a region goes on with what it knows; when it is back, all is brought, once", {
  timeout: TIMEOUT_MS,
}, async () => {
  await using box = await startBox();
  const { start, minute, ticks, failures, forwardQueue, functions } = await world(box);
  await minute(start);
  const before = postsIn(failures).length;
  const away = [
    box.faults.add({ service: "dynamodb", from: REGION }, "broken"),
    box.faults.add({ service: "execute-api" }, "reset-before"),
  ];
  const at = start + MINUTE;
  expect(kindsOf(await minute(at))).toEqual(["probe answered"]);
  await expect.poll(() => functions.dispatch.output()).toMatch(/list of shards/);
  expect(await written(ticks, at)).toEqual([]);
  expect(postsIn(failures)).toHaveLength(before);
  expect(forwardQueue.messages.length).toBe(2);
  forwardQueue.send("nobody's");
  for (const fault of away) fault.end();
  await deliver(forwardQueue, functions.forward);
  expect(await written(ticks, at)).toEqual(["bad tcp.refused", "good ok"]);
  expect(postsIn(failures).slice(before)).toMatchObject([
    { endpointId: "bad", outcomes: [{ scheduledAt: at }] },
  ]);
  expect(forwardQueue.messages.map(({ body }) => body)).toEqual(["nobody's"]);
});
