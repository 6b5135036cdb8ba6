import type { RejectedRecord, WriteRecordsRequest } from "@aws-sdk/client-timestream-write";
import { type Answered, type MoodyServer, moodyServer } from "./moody-server.ts";

/** A record as the service keeps it. */
export interface TimestreamRecord {
  dimensions: Record<string, string>;
  measures: Record<string, string>;
  version: number;
}

export interface TimestreamServer extends MoodyServer {
  /** By `endpoint region time`. */
  records: Map<string, TimestreamRecord>;
  /** Records that it refuses, by their endpoint. */
  refused: Set<string>;
}

const json = (status: number, body: object): Answered => ({
  status,
  body: JSON.stringify(body),
  headers: { "content-type": "application/x-amz-json-1.0" },
});

const error = (name: string, message: string, status = 400, more: object = {}): Answered =>
  json(status, { __type: `com.amazonaws.timestream.v20181101#${name}`, Message: message, ...more });

const namesOf = (parts: readonly { Name?: string | undefined; Value?: string | undefined }[] = []) =>
  parts.map(({ Name = "", Value = "" }) => [Name, Value] as const);

/** What is wrong with a request as a whole: what the service's documentation says it refuses. */
function invalid({ Records = [], CommonAttributes: common = {} }: WriteRecordsRequest): string | null {
  if (Records.length === 0 || Records.length > 100) return "1 to 100 records";
  if (common.MeasureValueType !== "MULTI" || !common.MeasureName) return "a measure name";
  for (const { Dimensions = [], MeasureValues = [] } of Records) {
    const names = namesOf([...(common.Dimensions ?? []), ...Dimensions]).map(([name]) => name);
    if (new Set(names).size < names.length) return "a dimension is repeated";
    if (MeasureValues.length === 0 || MeasureValues.some(({ Value }) => !Value)) return "an empty value";
  }
  return null;
}

/** Timestream for LiveAnalytics as far as WriteRecords goes, after its documentation. */
export async function timestreamServer(): Promise<TimestreamServer> {
  const records = new Map<string, TimestreamRecord>();
  const refused = new Set<string>();

  function take(key: string, record: TimestreamRecord): Omit<RejectedRecord, "RecordIndex"> | null {
    const { endpoint = "" } = record.dimensions;
    if (refused.has(endpoint))
      return { Reason: "The record timestamp is outside the time range of the store." };
    const before = records.get(key);
    const same = JSON.stringify(before?.measures) === JSON.stringify(record.measures);
    if (before !== undefined && !same && before.version >= record.version)
      return { Reason: "A higher version of the record exists.", ExistingVersion: before.version };
    if (before === undefined || record.version > before.version) records.set(key, record);
    return null;
  }

  function write(request: WriteRecordsRequest): Answered {
    const wrong = invalid(request);
    if (wrong !== null) return error("ValidationException", wrong);
    if (request.TableName !== "checks")
      return error("ResourceNotFoundException", "The table does not exist.");
    const { Records = [], CommonAttributes: common = {} } = request;
    const rejected = Records.flatMap(({ Dimensions = [], MeasureValues = [], Time }, RecordIndex) => {
      const dimensions = Object.fromEntries(namesOf([...(common.Dimensions ?? []), ...Dimensions]));
      const key = `${dimensions["endpoint"]} ${dimensions["region"]} ${Time}`;
      const measures = Object.fromEntries(namesOf(MeasureValues));
      const reason = take(key, { dimensions, measures, version: Number(common.Version ?? 1) });
      return reason === null ? [] : [{ RecordIndex, ...reason }];
    });
    if (rejected.length === 0) return json(200, { RecordsIngested: { Total: Records.length } });
    const more = { RejectedRecords: rejected };
    return error("RejectedRecordsException", "One or more records have been rejected.", 419, more);
  }

  const moody = await moodyServer({
    unavailable: error(
      "InternalServerException",
      "Timestream was unable to fully process this request.",
      500,
    ),
    throttled: error("ThrottlingException", "Too many requests."),
    answer({ headers, body }) {
      const target = String(headers["x-amz-target"]);
      // the SDK serialized it by its own model
      if (target === "Timestream_20181101.WriteRecords")
        return write(JSON.parse(body.toString()) as WriteRecordsRequest);
      return error("UnknownOperationException", target);
    },
  });
  return Object.assign(moody, { records, refused });
}
