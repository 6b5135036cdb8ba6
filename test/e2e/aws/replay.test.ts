/** The replay function as it is deployed: what waited for a sink is written once the sink is back, and once only. */
import { expect, test } from "vitest";
import { writeMetrics } from "../../../lib/adapters/sqs/metrics-message.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { type Box, HOME_REGION, startBox } from "../../aws-box/box.ts";
import { killPoints } from "../../aws-box/kill-points.ts";
import { deliver } from "../../aws-box/mapping.ts";
import { failedRecord, MINUTE, recordSample } from "../../contract/samples.ts";
import { bundleOf } from "./support/bundles.ts";
import { environments, type Sink } from "./support/environments.ts";

const REGION = "eu-west-1";
const AGAIN_AFTER_MS = 90_000;

async function waiting(sink: Exclude<Sink, "none">, count: number) {
  const box = await startBox({ timestream: { tables: ["vigie/checks"] } });
  const dead = box.sqs.create({ region: REGION, name: "metrics-dead" });
  const queue = box.sqs.create({
    region: REGION,
    name: "metrics",
    visibilityMs: AGAIN_AFTER_MS,
    deadLetters: { queue: dead, maxReceives: 20 },
  });
  const setting = {
    homeRegion: HOME_REGION,
    regions: [REGION],
    canary: "http://127.0.0.1/",
    sink,
    shardSize: 500,
  };
  const env = (door: string) => environments.sink.replay(setting, door, REGION);
  const replay = box.deploy({ name: "replay", region: REGION, bundle: await bundleOf("replay"), env });
  const now = Math.floor(box.clock.now() / MINUTE) * MINUTE;
  const records = Array.from({ length: count }, (_, i): CheckRecord => {
    const scheduledAt = now - i * MINUTE;
    const sample = i % 10 === 0 ? failedRecord : recordSample;
    return sample({ region: REGION, scheduledAt, startedAt: scheduledAt + 100 });
  });
  for (const text of writeMetrics({ sink, records }, 2_000)) queue.send(text);
  const times = records.map(({ scheduledAt }) => scheduledAt).toSorted();
  return { box, queue, dead, replay, times, run: () => deliver(queue, replay) };
}

const stored = {
  influxdb: (box: Box) => box.influxdb.points.map(({ at }) => at).toSorted(),
  timestream: (box: Box) => box.timestream.records.map(({ time }) => time).toSorted(),
};

test.each(["influxdb", "timestream"] as const)("%s away for ten minutes, then half-failing", async (sink) => {
  const { box, queue, dead, run, times } = await waiting(sink, 200);
  await using _ = box;
  const away = box.faults.add({ service: sink }, "broken");
  for (let waited = 0; waited < 10 * MINUTE; waited += AGAIN_AFTER_MS) {
    await run();
    box.clock.advance(AGAIN_AFTER_MS);
  }
  expect(stored[sink](box)).toEqual([]);
  away.end();
  const writes = { service: sink, action: sink === "influxdb" ? "write" : "WriteRecords" };
  box.faults.add(writes, "reset-after", { times: 1 });
  box.faults.add(writes, "throttled", { after: 1, times: 1 });
  for (let tries = 0; tries < 3; tries++) {
    await run();
    box.clock.advance(AGAIN_AFTER_MS);
  }
  expect(stored[sink](box)).toEqual(times);
  expect([queue.messages, dead.messages]).toEqual([[], []]);
});

test.each(["influxdb", "timestream"] as const)(
  "killed at each call to %s: written all the same, once",
  async (sink) => {
    const { box, queue, run, replay, times } = await waiting(sink, 30);
    await using _ = box;
    const texts = queue.messages.map(({ body }) => body);
    const [undisturbed] = await run();
    const points = killPoints(box.calls({ invocation: undisturbed?.requestId ?? "" }));
    expect(points.length).toBeGreaterThan(0);
    for (const { where, mishap, extent, name } of points) {
      for (const text of texts) queue.send(text);
      await replay.chill();
      box.faults.add(where, mishap, extent);
      expect((await run())[0]?.outcome, name).toMatchObject({ kind: "died" });
      box.clock.advance(AGAIN_AFTER_MS);
      await run();
      expect(queue.messages, name).toEqual([]);
    }
    expect(stored[sink](box)).toEqual(times);
  },
);
