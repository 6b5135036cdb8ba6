/**
 * Fault: Timestream and InfluxDB are away for ten minutes. What a probe writes waits in the region's queue; the built
 * function `replay` brings all of it to both, once, and what nobody can read to the dead letters.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixedAuth } from "../../lib/adapters/influxdb/auth.ts";
import { makeInfluxSink } from "../../lib/adapters/influxdb/sink.ts";
import { makeQueuedSink } from "../../lib/adapters/metrics/queued-sink.ts";
import { metricsQueue, writeMetrics } from "../../lib/adapters/sqs/metrics-message.ts";
import { makeQueue } from "../../lib/adapters/sqs/send.ts";
import { makeTimestreamSink } from "../../lib/adapters/timestream/sink.ts";
import type { MetricsSink } from "../../lib/core/ports.ts";
import { bundleFunctions } from "../../scripts/bundle.ts";
import { MINUTE, recordSample } from "../contract/samples.ts";
import { systemClock } from "../support/system-clock.ts";
import { type Box, startBox } from "./box.ts";
import { clientsOf } from "./clients.ts";
import type { Mishap } from "./faults.ts";
import { deliver, forwardToNext } from "./mapping.ts";

const REGION = "eu-west-1";
const ENDPOINTS = 40;
const token = "t0ken";
const never = (message: unknown): never => {
  throw new Error(String(message));
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vigie-replay-"));
  await bundleFunctions(folder, ["replay"]);
});
afterAll(() => rm(folder, { recursive: true }));

const startWorld = () =>
  startBox({
    timestream: { tables: ["vigie/checks"] },
    influxdb: { authorization: `Token ${token}`, database: "vigie" },
    secrets: { "vigie/influx": token },
  });

function queuesOf(box: Box) {
  const dead = box.sqs.create({ region: REGION, name: "dead", visibilityMs: 30_000, retentionMs: 1e9 });
  const metrics = box.sqs.create({
    region: REGION,
    name: "metrics",
    visibilityMs: 60_000,
    retentionMs: 1e9,
    deadLetters: { queue: dead, maxReceives: 30 },
  });
  return { dead, metrics };
}

/** The sinks as a probe has them, with the SDK's own clients. */
function probeSinks(box: Box, onFault: (error: unknown) => void): MetricsSink[] {
  const { sqs } = clientsOf(box, REGION);
  const { timestream } = clientsOf(box);
  const queue = makeQueue({ client: sqs, url: `${box.url}/123456789012/metrics` });
  const clock = { ...systemClock, now: box.clock.now };
  const auth = fixedAuth({ scheme: "Token", token });
  const influxdb = makeInfluxSink({ url: box.url, database: "vigie", auth, onRejected: never });
  const target = { database: "vigie", table: "checks", onRejected: never };
  return [
    makeQueuedSink({ sink: influxdb, queue: metricsQueue(queue, "influxdb"), clock, onFault }),
    makeQueuedSink({
      sink: makeTimestreamSink({ client: timestream, ...target }),
      queue: metricsQueue(queue, "timestream"),
      clock,
      onFault,
    }),
  ];
}

const deployReplay = (box: Box) =>
  box.deploy({
    name: "replay",
    region: REGION,
    bundle: join(folder, "replay/index.mjs"),
    env: (door) => ({
      HOME_REGION: box.homeRegion,
      INFLUX_URL: door,
      INFLUX_DATABASE: "vigie",
      INFLUX_SECRET: "vigie/influx",
      TIMESTREAM_DATABASE: "vigie",
      TIMESTREAM_TABLE: "checks",
    }),
  });

const tick = (scheduledAt: number) =>
  Array.from({ length: ENDPOINTS }, (_, i) =>
    recordSample({ endpointId: `site-${i}`, region: REGION, scheduledAt, startedAt: scheduledAt + i }),
  );

const mishaps: readonly Mishap[] = ["broken", "throttled", "reset-before", "reset-after"];

/** Throttled clients wait in real time before they try again. */
const TIMEOUT_MS = 60_000;

test.each(mishaps)(
  "sinks whose every call is %s for ten minutes",
  { timeout: TIMEOUT_MS },
  async (mishap) => {
    await using box = await startWorld();
    const { metrics, dead } = queuesOf(box);
    const faults: unknown[] = [];
    const sinks = probeSinks(box, (error) => faults.push(error));
    const replay = deployReplay(box);
    const expected: string[] = [];
    const start = Math.ceil(box.clock.now() / MINUTE) * MINUTE;
    let outage = [] as ReturnType<Box["faults"]["add"]>[];
    for (let minute = 0; minute < 14; minute++) {
      const at = start + minute * MINUTE;
      box.clock.forwardTo(at);
      if (minute === 2)
        outage = ["timestream", "influxdb"].map((service) => box.faults.add({ service }, mishap));
      if (minute === 12) for (const fault of outage) fault.end();
      for (const sink of sinks) await sink.write(tick(at));
      await deliver(metrics, replay);
      expected.push(...tick(at).map(({ endpointId }) => `${endpointId} ${at}`));
    }
    expect(faults).toHaveLength(20);
    while (metrics.messages.length > 0 && forwardToNext(box.clock, [metrics], Number.POSITIVE_INFINITY))
      await deliver(metrics, replay);
    const inInflux = box.influxdb.points.map(({ tags, at }) => `${tags["endpoint"]} ${at}`);
    const inTimestream = box.timestream.records.map(
      ({ dimensions, time }) => `${dimensions["endpoint"]} ${time}`,
    );
    expect(inInflux.sort()).toEqual(expected.sort());
    expect(inTimestream.sort()).toEqual(expected);
    expect(dead.messages).toEqual([]);
  },
);

test("what nobody can read becomes a dead letter, and holds up nothing", async () => {
  await using box = await startWorld();
  const { metrics, dead } = queuesOf(box);
  const replay = deployReplay(box);
  metrics.send("nonsense");
  metrics.send(JSON.stringify({ v: 2, type: "metrics" }));
  const [text = ""] = writeMetrics({
    sink: "influxdb",
    records: tick(box.clock.now()),
  });
  metrics.send(text);
  while (metrics.messages.length > 0 && forwardToNext(box.clock, [metrics], Number.POSITIVE_INFINITY))
    await deliver(metrics, replay);
  expect(dead.messages.map(({ body }) => body)).toEqual(["nonsense", '{"v":2,"type":"metrics"}']);
  expect(box.influxdb.points).toHaveLength(ENDPOINTS);
  expect(replay.output()).toContain("nobody of this version wrote it");
});
