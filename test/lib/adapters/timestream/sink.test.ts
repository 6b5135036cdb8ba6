import {
  AccessDeniedException,
  RejectedRecordsException,
  ThrottlingException,
  TimestreamWriteClient,
  WriteRecordsCommand,
} from "@aws-sdk/client-timestream-write";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import type { Rejected } from "../../../../lib/adapters/metrics/rejected.ts";
import { makeTimestreamSink } from "../../../../lib/adapters/timestream/sink.ts";
import { failedRecord, recordSample, T0 } from "../../../contract/samples.ts";

const service = mockClient(TimestreamWriteClient);
const rejected: Rejected[] = [];

beforeEach(() => {
  service.reset();
  rejected.length = 0;
});

const sink = makeTimestreamSink({
  client: new TimestreamWriteClient({ region: "eu-west-1" }),
  database: "vigie",
  table: "checks",
  onRejected: (some) => void rejected.push(...some),
});

const many = (count: number, region = "paris") =>
  Array.from({ length: count }, (_, i) => recordSample({ endpointId: `site-${i}`, region }));

const calls = () => service.commandCalls(WriteRecordsCommand).map(({ args: [{ input }] }) => input);

const metadata = { $metadata: {}, message: "no", Message: "no" };

test("a record is one of several measures; what the call's records share stands there once", async () => {
  service.on(WriteRecordsCommand).resolves({});
  await sink.write([failedRecord({ flags: ["retried"] })]);
  expect(calls()).toEqual([
    {
      DatabaseName: "vigie",
      TableName: "checks",
      CommonAttributes: {
        Dimensions: [
          { Name: "org", Value: "acme" },
          { Name: "region", Value: "paris" },
        ],
        MeasureName: "vigie_check",
        MeasureValueType: "MULTI",
        TimeUnit: "MILLISECONDS",
        Version: 1,
      },
      Records: [
        {
          Dimensions: [{ Name: "endpoint", Value: "shop" }],
          Time: String(T0),
          MeasureValues: [
            { Name: "ok", Type: "BIGINT", Value: "0" },
            { Name: "bytes", Type: "BIGINT", Value: "0" },
            { Name: "total_ms", Type: "DOUBLE", Value: "3.25" },
            { Name: "dns_ms", Type: "DOUBLE", Value: "1.25" },
            { Name: "late_ms", Type: "DOUBLE", Value: "137" },
            { Name: "flagged", Type: "BOOLEAN", Value: "true" },
            { Name: "outcome", Type: "VARCHAR", Value: "tcp.refused" },
            { Name: "message", Type: "VARCHAR", Value: "connection refused by 192.0.2.1:443" },
            { Name: "flags", Type: "VARCHAR", Value: "retried" },
          ],
        },
      ],
    },
  ]);
});

test("a hundred records to a call, and a call for each region", async () => {
  service.on(WriteRecordsCommand).resolves({});
  await sink.write([...many(250), ...many(30, "tokyo")]);
  expect(calls().map(({ Records = [] }) => Records.length)).toEqual([100, 100, 50, 30]);
  expect(calls().map(({ CommonAttributes }) => CommonAttributes?.Dimensions?.[1]?.Value)).toEqual([
    "paris",
    "paris",
    "paris",
    "tokyo",
  ]);
});

test("of a call that is partly rejected exactly those records are told, with the reason of each", async () => {
  service.on(WriteRecordsCommand).rejects(
    new RejectedRecordsException({
      ...metadata,
      RejectedRecords: [
        { RecordIndex: 2, Reason: "too old" },
        { RecordIndex: 0, Reason: "too young" },
        { RecordIndex: 1, Reason: "there already", ExistingVersion: 1 },
      ],
    }),
  );
  const records = many(3);
  const inCall = (index: number) => calls()[0]?.Records?.[index]?.Dimensions?.[0]?.Value;
  await sink.write(records);
  expect(rejected.map(({ record, reason }) => [record.endpointId, reason])).toEqual([
    [inCall(2), "too old"],
    [inCall(0), "too young"],
  ]);
});

test("when one call of several fails the others are made, their refusals told, and the write is Unavailable", async () => {
  service
    .on(WriteRecordsCommand)
    .rejectsOnce(new ThrottlingException(metadata))
    .rejectsOnce(
      new RejectedRecordsException({ ...metadata, RejectedRecords: [{ RecordIndex: 0, Reason: "old" }] }),
    )
    .resolves({});
  await expect(sink.write(many(300))).rejects.toMatchObject({ code: "unavailable" });
  expect(calls()).toHaveLength(3);
  expect(rejected).toHaveLength(1);
});

test("an account without access is told what the service wants, also when discovery finds out", async () => {
  const denied = new AccessDeniedException({ ...metadata, $metadata: { httpStatusCode: 400 } });
  const discovery = Object.assign(new Error("The operation to discover endpoint failed."), {
    reason: denied,
  });
  service.on(WriteRecordsCommand).rejectsOnce(denied).rejectsOnce(discovery);
  const message = expect.stringMatching(
    /used Timestream for LiveAnalytics before 2025-06-20 .*AccessDeniedException/,
  );
  await expect(sink.write(many(1))).rejects.toMatchObject({ code: "unavailable", message });
  await expect(sink.write(many(1))).rejects.toMatchObject({ code: "unavailable", message });
});
