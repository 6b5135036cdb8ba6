import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { metricsQueue, readMetrics, writeMetrics } from "../../../../lib/adapters/sqs/metrics-message.ts";
import { failure } from "../../../../lib/core/check/outcome.ts";
import { failedRecord, recordSample } from "../../../contract/samples.ts";

const records = [recordSample({ flags: ["cold"] }), failedRecord({ invalid: "no canary answered" })];

/** Nothing about it compresses. */
const noisy = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    failedRecord({ endpointId: `e${i}`, outcome: failure("unknown", randomBytes(90).toString("base64")) }),
  );

test("what is written is read back", () => {
  const [text = "", ...more] = writeMetrics({ sink: "timestream", records });
  expect(more).toEqual([]);
  expect(readMetrics(text)).toEqual({ sink: "timestream", records });
});

test("a shard's tick is one message, however much goes wrong in it; what is larger is several", () => {
  expect(writeMetrics({ sink: "influxdb", records: noisy(500) })).toHaveLength(1);
  const texts = writeMetrics({ sink: "influxdb", records: noisy(3_000) });
  expect(texts.length).toBeGreaterThan(1);
  expect(texts.every((text) => text.length <= 200_000)).toBe(true);
  expect(texts.flatMap((text) => readMetrics(text).records.map(({ endpointId }) => endpointId))).toEqual(
    Array.from({ length: 3_000 }, (_, i) => `e${i}`),
  );
});

const packed = (value: unknown): string => gzipSync(JSON.stringify(value)).toString("base64");

test.each([
  ["no JSON", "hello"],
  ["another type", JSON.stringify({ v: 1, type: "ticks", sink: "influxdb", records: packed([]) })],
  ["another version", JSON.stringify({ v: 2, type: "metrics", sink: "influxdb", records: packed([]) })],
  ["another sink", JSON.stringify({ v: 1, type: "metrics", sink: "excel", records: packed([]) })],
  ["other records", JSON.stringify({ v: 1, type: "metrics", sink: "influxdb", records: packed([{ a: 1 }]) })],
  ["what is not packed", JSON.stringify({ v: 1, type: "metrics", sink: "influxdb", records: "aGVsbG8=" })],
  ["a bomb", JSON.stringify({ v: 1, type: "metrics", sink: "influxdb", records: packed(" ".repeat(3e7)) })],
])("%s is no message of ours", (_, text) => {
  expect(() => readMetrics(text)).toThrow(expect.objectContaining({ code: "bad_message" }));
});

test("the queue's put sends the messages of its sink", async () => {
  const sent: string[] = [];
  const queue = metricsQueue({ send: async (body) => void sent.push(body) }, "influxdb");
  await queue.put(records);
  await queue.put([]);
  expect(sent.map((text) => readMetrics(text))).toEqual([{ sink: "influxdb", records }]);
});
