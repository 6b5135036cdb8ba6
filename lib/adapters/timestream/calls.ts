import type { _Record, MeasureValue, WriteRecordsRequest } from "@aws-sdk/client-timestream-write";
import type { CheckRecord } from "../../core/check/record.ts";
import { type Field, MEASUREMENT, type Point, pointOf } from "../metrics/point.ts";

/** One call of WriteRecords without database and table, and the record behind each of its Records. */
export interface WriteCall {
  request: Pick<WriteRecordsRequest, "CommonAttributes" | "Records">;
  records: CheckRecord[];
}

/** Records one call takes at most; calls are billed by the KiB, so few and full ones are cheapest. */
const RECORDS_A_CALL = 100;

/**
 * Always the same: the first write of a point wins, as in the tick log, and writing it again changes nothing. (A
 * higher version would replace it, and a repeat that comes late would undo that.)
 */
const VERSION = 1;

const TYPES = { float: "DOUBLE", integer: "BIGINT", boolean: "BOOLEAN", text: "VARCHAR" } as const;

const measureOf = (field: Field): MeasureValue => ({
  Name: field.name,
  Type: TYPES[field.type],
  Value: field.type === "text" ? field.value.toWellFormed() : String(field.value),
});

/** What the records of a call have in common stands there once, and must not be repeated in them. */
const SHARED: readonly string[] = ["org", "region"];

const dimensionsOf = ({ keys }: Point, fits: (name: string) => boolean) =>
  keys.flatMap(([Name, Value]) => (fits(Name) ? [{ Name, Value }] : []));

const isShared = (name: string): boolean => SHARED.includes(name);

const ownPart = (point: Point): _Record => ({
  Dimensions: dimensionsOf(point, (name) => !isShared(name)),
  Time: String(point.at),
  MeasureValues: point.fields.map(measureOf),
});

const commonPart = (point: Point): _Record => ({
  Dimensions: dimensionsOf(point, isShared),
  MeasureName: MEASUREMENT,
  MeasureValueType: "MULTI",
  TimeUnit: "MILLISECONDS",
  Version: VERSION,
});

/** One record of each endpoint and tick: two of the same in one call would be refused, both of them. */
const firsts = (records: readonly CheckRecord[]): CheckRecord[] => [
  ...new Map(
    records.toReversed().map((record) => [`${record.endpointId}\n${record.scheduledAt}`, record]),
  ).values(),
];

function callOf(records: CheckRecord[], first: CheckRecord): WriteCall {
  const points = records.map(pointOf);
  return {
    records,
    request: { CommonAttributes: commonPart(pointOf(first)), Records: points.map(ownPart) },
  };
}

function callsOf(group: readonly CheckRecord[]): WriteCall[] {
  const records = firsts(group);
  const calls: WriteCall[] = [];
  for (let from = 0; from < records.length; from += RECORDS_A_CALL) {
    const part = records.slice(from, from + RECORDS_A_CALL);
    const [first] = part;
    if (first !== undefined) calls.push(callOf(part, first));
  }
  return calls;
}

/** The calls that write these records: one organization and region each. */
export function writeCalls(records: readonly CheckRecord[]): WriteCall[] {
  const groups = Map.groupBy(records, ({ org, region }) => `${org}\n${region}`);
  return [...groups.values()].flatMap(callsOf);
}
