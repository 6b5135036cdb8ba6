import type { SQLInputValue } from "node:sqlite";
import type { Bucket, BucketSize, Latency } from "../../core/history/bucket.ts";
import type { History, RollupMarks } from "../../core/ports.ts";
import { bytesOrNull, document, number, text } from "./column.ts";
import { breathe, type Connection, type Row } from "./connection.ts";
import type { Dictionary } from "./dictionary.ts";
import { packPoints, unpackPoints } from "./points.ts";

/** As stored; never renumbered. */
export const SIZE_CODES: Record<BucketSize, number> = { hour: 0, day: 1 };

const WRITE_SLICE = 64;

/** Columns of `buckets` after endpoint, size and schema, in the order in which they are written and read. */
export const BUCKET_COLUMNS = `start, region, ok, failed, invalid, satisfied, tolerating, frustrated, status,
  response_count, response_sum, response_max, response_sketch,
  first_byte_count, first_byte_sum, first_byte_max, first_byte_sketch, points`;
const COLUMN_COUNT = BUCKET_COLUMNS.split(",").length;

/** Takes a bucketRow. */
export const REPLACE_BUCKET = `INSERT OR REPLACE INTO buckets (endpoint, size, schema, ${BUCKET_COLUMNS})
  VALUES (?, ?, ?${", ?".repeat(COLUMN_COUNT)})`;

const latencyColumns = ({ count, sumMs, maxMs, sketch }: Latency): SQLInputValue[] => [
  count,
  sumMs,
  maxMs,
  sketch,
];

const latencyFrom = (row: Row, at: number): Latency => ({
  count: number(row[at]),
  sumMs: number(row[at + 1]),
  maxMs: number(row[at + 2]),
  sketch: text(row[at + 3]),
});

/** A bucket as the row to write: endpoint, size, schema, then BUCKET_COLUMNS. Needs a transaction: it may add words. */
export function bucketRow(bucket: Bucket, dictionary: Dictionary): SQLInputValue[] {
  return [
    dictionary.addEndpoint(bucket.org, bucket.endpointId),
    SIZE_CODES[bucket.size],
    bucket.schema,
    bucket.start,
    dictionary.addWord(bucket.region),
    bucket.ok,
    bucket.failed,
    bucket.invalid,
    bucket.satisfied,
    bucket.tolerating,
    bucket.frustrated,
    JSON.stringify(bucket.status),
    ...latencyColumns(bucket.response),
    ...latencyColumns(bucket.firstByte),
    bucket.points === undefined ? null : packPoints(bucket.points),
  ];
}

/** A row of BUCKET_COLUMNS as the bucket. */
export function bucketFrom(
  row: Row,
  key: Pick<Bucket, "org" | "endpointId" | "size">,
  dictionary: Dictionary,
): Bucket {
  const points = bytesOrNull(row[17] ?? null);
  return {
    schema: 1,
    ...key,
    region: dictionary.word(number(row[1])),
    start: number(row[0]),
    ok: number(row[2]),
    failed: number(row[3]),
    invalid: number(row[4]),
    satisfied: number(row[5]),
    tolerating: number(row[6]),
    frustrated: number(row[7]),
    status: document<Record<string, number>>(row[8]),
    response: latencyFrom(row, 9),
    firstByte: latencyFrom(row, 13),
    ...(points === null ? {} : { points: unpackPoints(points) }),
  };
}

/** Takes organization and hour. */
export const MARK_ROLLED_UP =
  "INSERT INTO rollups VALUES (?, ?) ON CONFLICT DO UPDATE SET hour = max(hour, excluded.hour)";

/** Rolled up by organization. */
export type OrgHistory = History & RollupMarks<string>;

/** Hour and day buckets in SQLite. Sums of points are kept to 1/128 ms, as they are made. */
export function makeHistory(db: Connection, dictionary: Dictionary): OrgHistory {
  const replace = db.query(REPLACE_BUCKET);
  const range = db.query(
    `SELECT ${BUCKET_COLUMNS} FROM buckets WHERE endpoint = ? AND size = ? AND start >= ? AND start < ? ORDER BY start, region`,
  );
  const mark = db.query("SELECT hour FROM rollups WHERE org = ?");
  const setMark = db.query(MARK_ROLLED_UP);

  return {
    async put(buckets) {
      for (let i = 0; i < buckets.length; i += WRITE_SLICE) {
        if (i > 0) await breathe();
        db.write(() => {
          for (const bucket of buckets.slice(i, i + WRITE_SLICE))
            replace.run(...bucketRow(bucket, dictionary));
        });
      }
    },

    async list(org, endpointId, size, since, until) {
      return db.read(() => {
        const key = dictionary.endpoint(org, endpointId);
        if (key === undefined) return [];
        const rows = range.all(key, SIZE_CODES[size], since, until);
        return rows.map((row) => bucketFrom(row, { org, endpointId, size }, dictionary));
      });
    },

    rolledUpTo: async (org) =>
      db.read(() => {
        const row = mark.get(org);
        return row === undefined ? null : number(row[0]);
      }),

    async markRolledUp(org, hour) {
      db.write(() => setMark.run(org, hour));
    },
  };
}
