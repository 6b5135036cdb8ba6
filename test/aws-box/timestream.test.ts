import {
  type _Record,
  DescribeEndpointsCommand,
  WriteRecordsCommand,
} from "@aws-sdk/client-timestream-write";
import { expect, test } from "vitest";
import { type BoxOptions, startBox } from "./box.ts";
import { clientsOf } from "./clients.ts";

async function withTable(options: Partial<BoxOptions["timestream"]> = {}) {
  const box = await startBox({ timestream: { tables: ["vigie/checks"], ...options } });
  const { timestream } = clientsOf(box);
  const write = (Records: _Record[]) =>
    timestream.send(
      new WriteRecordsCommand({
        DatabaseName: "vigie",
        TableName: "checks",
        CommonAttributes: {
          Dimensions: [{ Name: "region", Value: "eu-west-1" }],
          MeasureName: "check",
          MeasureValueType: "MULTI",
        },
        Records,
      }),
    );
  const record = (ms: number, Version = 1, age = 0): _Record => ({
    Dimensions: [{ Name: "endpoint", Value: "shop" }],
    MeasureValues: [{ Name: "total_ms", Value: String(ms), Type: "DOUBLE" }],
    Time: String(Math.floor(box.clock.now() / 60_000) * 60_000 - age),
    Version,
  });
  return { box, timestream, write, record };
}

test("records are stored once, and a higher version replaces", async () => {
  const { box, write, record } = await withTable();
  await using _ = box;
  await write([record(10)]);
  await write([record(10)]);
  await write([record(20, 2)]);
  expect(box.timestream.records).toMatchObject([
    { measures: { total_ms: "20" }, version: 2, dimensions: { endpoint: "shop", region: "eu-west-1" } },
  ]);
});

test("what is rejected is named by its index, and the rest is stored", async () => {
  const { box, write, record } = await withTable({ memoryRetentionMs: 3_600_000 });
  await using _ = box;
  await write([record(10, 3)]);
  const answer = write([record(11, 2), record(12, 1, 600_000), record(13, 1, 7_200_000)]);
  await expect(answer).rejects.toMatchObject({
    name: "RejectedRecordsException",
    RejectedRecords: [
      { RecordIndex: 0, ExistingVersion: 3 },
      { RecordIndex: 2, Reason: expect.stringContaining("memory store") },
    ],
  });
  expect(box.timestream.records.map(({ measures }) => measures["total_ms"])).toEqual(["10", "12"]);
});

test("refused whole: more than a hundred, and dimensions given twice", async () => {
  const { box, write, record } = await withTable();
  await using _ = box;
  const twice = { ...record(1), Dimensions: [{ Name: "region", Value: "again" }] };
  await expect(write(Array.from({ length: 101 }, () => record(1)))).rejects.toMatchObject({
    name: "ValidationException",
  });
  await expect(write([twice])).rejects.toMatchObject({ name: "ValidationException" });
  expect(box.timestream.records).toEqual([]);
});

test("an account that is no customer of the service learns it from DescribeEndpoints", async () => {
  const { box, timestream } = await withTable({ open: false });
  await using _ = box;
  await expect(timestream.send(new DescribeEndpointsCommand({}))).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining("existing Timestream for LiveAnalytics customers"),
  });
});
