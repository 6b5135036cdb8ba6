/** The SDK's own client against a stand-in of the service on loopback. */
import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { expect, onTestFinished, test } from "vitest";
import { clientOptions } from "../../../../lib/adapters/aws/client.ts";
import type { Rejected } from "../../../../lib/adapters/metrics/rejected.ts";
import { makeTimestreamSink } from "../../../../lib/adapters/timestream/sink.ts";
import { describeMetricsSinkContract } from "../../../contract/metrics-sink.ts";
import { recordSample } from "../../../contract/samples.ts";
import { timestreamServer } from "../../../support/timestream-server.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };

async function world(table = "checks") {
  const server = await timestreamServer();
  const client = new TimestreamWriteClient({
    ...clientOptions("eu-west-1", { connectMs: 500, tryMs: 200, tries: 1 }),
    endpoint: server.url,
    credentials,
  });
  const rejected: Rejected[] = [];
  const onRejected = (some: readonly Rejected[]) => void rejected.push(...some);
  return {
    server,
    client,
    rejected,
    sink: makeTimestreamSink({ client, database: "vigie", table, onRejected }),
  };
}

describeMetricsSinkContract("Timestream", async () => {
  const { server, client, rejected, sink } = await world();
  return {
    sink,
    rejected,
    stored: () =>
      new Map([...server.records].map(([key, { measures }]) => [key, Number(measures["total_ms"])] as const)),
    mood(mood) {
      server.mood = mood;
    },
    refuse: (endpointId) => server.refused.add(endpointId),
    requests: () => server.asked.length,
    async close() {
      client.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
});

async function testWorld(table?: string) {
  const made = await world(table);
  onTestFinished(async () => {
    made.client.destroy();
    await made.server[Symbol.asyncDispose]();
  });
  return made;
}

test("with an endpoint of one's own nothing is discovered", async () => {
  const { server, sink } = await testWorld();
  await sink.write([recordSample()]);
  expect(server.asked.map(({ headers }) => headers["x-amz-target"])).toEqual([
    "Timestream_20181101.WriteRecords",
  ]);
});

test("the first write of a point wins, and the second is no refusal", async () => {
  const { server, sink, rejected } = await testWorld();
  await sink.write([recordSample({ totalMs: 1 })]);
  await sink.write([recordSample({ totalMs: 2 }), recordSample({ endpointId: "blog" })]);
  expect([...server.records.values()].map(({ measures }) => measures["total_ms"])).toEqual(["1", "134.376"]);
  expect(rejected).toEqual([]);
});

test("a table that is gone loses nothing: it is Unavailable and says what to do", async () => {
  const { sink } = await testWorld("gone");
  const message = expect.stringMatching(/database or table does not exist: deploy again/);
  await expect(sink.write([recordSample()])).rejects.toMatchObject({ code: "unavailable", message });
});
