import { expect, test } from "vitest";
import { makeHandle } from "../../../functions/replay/handle.ts";
import { readMetrics, writeMetrics } from "../../../lib/adapters/sqs/metrics-message.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { MetricsSink } from "../../../lib/core/ports.ts";
import { recordSample } from "../../contract/samples.ts";

const batch = (id: string) => [recordSample({ endpointId: id })];

const messageOf = (sink: "influxdb" | "timestream", id: string) => ({
  messageId: id,
  body: writeMetrics({ sink, records: batch(id) })[0] ?? "",
});

function world(...names: string[]) {
  const written: string[] = [];
  const asked: string[] = [];
  const faults: [id: string, message: string][] = [];
  const away = new Set<string>();
  const sinkOf = (name: string): MetricsSink => ({
    async write(records: readonly CheckRecord[]) {
      const ids = records.map(({ endpointId }) => `${name} ${endpointId}`);
      asked.push(...ids);
      if (away.has(name)) throw new Unavailable(`${name} is away.`);
      written.push(...ids);
    },
  });
  const handle = makeHandle({
    read: readMetrics,
    sinks: new Map(names.map((name) => [name, sinkOf(name)])),
    onFault: (error, id) => faults.push([id, error instanceof Error ? error.message : ""]),
  });
  const replay = async (...Records: { messageId: string; body: string }[]) =>
    (await handle({ Records })).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return { written, asked, faults, away, replay };
}

test("each message goes to the sink it is for", async () => {
  const { written, replay } = world("influxdb", "timestream");
  expect(await replay(messageOf("influxdb", "a"), messageOf("timestream", "b"))).toEqual([]);
  expect(written).toEqual(["influxdb a", "timestream b"]);
});

test("a sink that is away keeps its messages, is asked once, and holds up no other", async () => {
  const { written, asked, faults, away, replay } = world("influxdb", "timestream");
  away.add("influxdb");
  const kept = await replay(
    messageOf("influxdb", "a"),
    messageOf("timestream", "b"),
    messageOf("influxdb", "c"),
  );
  expect(kept).toEqual(["a", "c"]);
  expect([written, asked]).toEqual([["timestream b"], ["influxdb a", "timestream b"]]);
  expect(faults).toEqual([
    ["a", "influxdb is away."],
    ["c", "influxdb is away."],
  ]);
});

test("what is no message fails by itself, again and again, until it is a dead letter", async () => {
  const { written, replay, faults } = world("influxdb");
  expect(await replay({ messageId: "x", body: "nonsense" }, messageOf("influxdb", "a"))).toEqual(["x"]);
  expect(written).toEqual(["influxdb a"]);
  expect(faults).toEqual([["x", expect.stringMatching(/ends in the dead letters/)]]);
});

test("records for a sink that is gone are dead letters too, and it is said what to do", async () => {
  const { replay, faults } = world("timestream");
  expect(await replay(messageOf("influxdb", "a"))).toEqual(["a"]);
  expect(faults).toEqual([["a", expect.stringMatching(/influxdb, which is configured no longer.*redrive/)]]);
});
