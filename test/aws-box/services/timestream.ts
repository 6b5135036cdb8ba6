import type { _Record, RejectedRecord, WriteRecordsRequest } from "@aws-sdk/client-timestream-write";
import type { BoxClock } from "../clock.ts";
import { bodyOf, json, jsonError, targetOf } from "../protocols.ts";
import type { Ordered, StandIn } from "../stand-in.ts";
import { type Answer, arn, RefusedCall } from "../wire.ts";

export interface StoredRecord {
  /** `database/table`. */
  table: string;
  dimensions: Record<string, string>;
  measureName: string;
  /** Epoch ms. */
  time: number;
  version: number;
  /** By measure name. */
  measures: Record<string, string>;
}

export interface TimestreamOptions {
  /** `database/table`. */
  tables: readonly string[];
  region: string;
  /** Older records are refused; 12 h by default. */
  memoryRetentionMs?: number;
  /** false: the account is none of the service's customers. */
  open?: boolean;
}

export interface Timestream extends StandIn {
  readonly records: readonly StoredRecord[];
}

const MAX_RECORDS = 100;
const MAX_FUTURE_MS = 15 * 60_000;
const HOUR = 3_600_000;
const UNITS: Record<string, number> = {
  MILLISECONDS: 1,
  SECONDS: 1_000,
  MICROSECONDS: 0.001,
  NANOSECONDS: 0.000_001,
};

function normalized(table: string, common: _Record, own: _Record): StoredRecord {
  const dimensions = [...(common.Dimensions ?? []), ...(own.Dimensions ?? [])].map(
    ({ Name = "", Value = "" }) => [Name, Value] as const,
  );
  const record = { ...common, ...own };
  if (new Set(dimensions.map(([name]) => name)).size < dimensions.length)
    throw new RefusedCall(
      "ValidationException",
      "Dimension names have to be unique, those of CommonAttributes included.",
    );
  if (!record.MeasureName) throw new RefusedCall("ValidationException", "Every record needs a MeasureName.");
  const measures = record.MeasureValues?.map(({ Name = "", Value = "" }) => [Name, Value] as const) ?? [
    [record.MeasureName, record.MeasureValue ?? ""] as const,
  ];
  return {
    table,
    dimensions: Object.fromEntries(dimensions.toSorted()),
    measureName: record.MeasureName,
    time: Number(record.Time) * (UNITS[record.TimeUnit ?? "MILLISECONDS"] ?? 1),
    version: Number(record.Version ?? 1),
    measures: Object.fromEntries(measures.toSorted()),
  };
}

const keyOf = ({ table, dimensions, measureName, time }: StoredRecord): string =>
  JSON.stringify([table, dimensions, measureName, time]);

export function makeTimestream(clock: BoxClock, options: TimestreamOptions): Timestream {
  const { tables, region, memoryRetentionMs = 12 * HOUR, open = true } = options;
  const stored = new Map<string, StoredRecord>();

  /** Why a record is not stored, or null once it is. */
  function store(record: StoredRecord): Omit<RejectedRecord, "RecordIndex"> | null {
    const age = clock.now() - record.time;
    if (age > memoryRetentionMs || age < -MAX_FUTURE_MS)
      return { Reason: "The record timestamp is outside the time range of the memory store." };
    const before = stored.get(keyOf(record));
    const same = before !== undefined && JSON.stringify(before.measures) === JSON.stringify(record.measures);
    if (before !== undefined && !same && record.version <= before.version)
      return {
        Reason: "The record version is not higher than the existing version of the record.",
        ExistingVersion: before.version,
      };
    if (before === undefined || record.version > before.version) stored.set(keyOf(record), record);
    return null;
  }

  function write(request: Ordered): Answer {
    const {
      DatabaseName,
      TableName,
      CommonAttributes = {},
      Records = [],
    } = bodyOf<WriteRecordsRequest>(request);
    const table = `${DatabaseName}/${TableName}`;
    if (!tables.includes(table) || request.region !== region)
      throw new RefusedCall(
        "ResourceNotFoundException",
        `The table ${table} does not exist in ${request.region}.`,
      );
    if (Records.length === 0 || Records.length > MAX_RECORDS)
      throw new RefusedCall("ValidationException", `1 to ${MAX_RECORDS} records, not ${Records.length}.`);
    const results = Records.map((own) => normalized(table, CommonAttributes, own)).map((record, i) =>
      request.half && i % 2 === 1 ? { Reason: "Rejected for the test." } : store(record),
    );
    const rejected = results.flatMap((result, RecordIndex) =>
      result === null ? [] : [{ RecordIndex, ...result }],
    );
    if (rejected.length === 0)
      return json({
        RecordsIngested: { Total: Records.length, MemoryStore: Records.length, MagneticStore: 0 },
      });
    const Message = "One or more records have been rejected. See RejectedRecords for details.";
    return json(
      {
        __type: "com.amazonaws.timestream.v20181101#RejectedRecordsException",
        Message,
        RejectedRecords: rejected,
      },
      419,
    );
  }

  return {
    service: "timestream",
    recognise(request) {
      const action = targetOf(request, "Timestream_20181101");
      if (action === null) return null;
      const { DatabaseName, TableName } = bodyOf<WriteRecordsRequest>(request);
      const table = arn(
        "timestream",
        request.scope?.region ?? "",
        `database/${DatabaseName}/table/${TableName}`,
      );
      return { action, resources: [action === "DescribeEndpoints" ? "*" : table] };
    },
    perform(request) {
      if (!open)
        throw new RefusedCall(
          "AccessDeniedException",
          "Only existing Timestream for LiveAnalytics customers can access the service.",
        );
      if (request.target.action === "WriteRecords") return write(request);
      if (request.target.action === "DescribeEndpoints")
        // the SDK keeps the port of the endpoint it was given
        return json({ Endpoints: [{ Address: "127.0.0.1", CachePeriodInMinutes: 1_440 }] });
      throw new RefusedCall("ValidationException", `The stand-in knows no ${request.target.action}.`);
    },
    refuse: jsonError("com.amazonaws.timestream.v20181101"),
    refusals: {
      throttled: { status: 400, code: "ThrottlingException", message: "Request rate limit exceeded." },
      broken: { status: 500, code: "InternalServerException", message: "Internal server error." },
    },
    get records() {
      return [...stored.values()];
    },
  };
}
