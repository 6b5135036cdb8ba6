import { promisify } from "node:util";
import { gunzipSync, gzip, gzipSync } from "node:zlib";
import * as z from "zod";
import type { CheckRecord } from "../core/check/record.ts";
import { recordSchema } from "../core/check/record-schema.ts";

/** Far above what a shard's tick unpacks to: what is larger is none of ours. */
const UNPACKED_LIMIT_BYTES = 20_000_000;

const list = z.array(recordSchema);

/** Records as they wait in queues: gzip of JSON, some 40 bytes each in a large batch. */
export const packRecords = (records: readonly CheckRecord[]): Buffer => gzipSync(JSON.stringify(records));

const gzipAside = promisify(gzip);

/** The same beside the event loop: for a process that takes times meanwhile. */
export const packRecordsAside = (records: readonly CheckRecord[]): Promise<Buffer> =>
  gzipAside(JSON.stringify(records));

/** @throws an error of zlib, JSON or zod for what packRecords did not make */
export function unpackRecords(packed: Uint8Array): CheckRecord[] {
  const bytes = gunzipSync(packed, { maxOutputLength: UNPACKED_LIMIT_BYTES });
  return list.parse(JSON.parse(bytes.toString()));
}
