import { setImmediate } from "node:timers/promises";
import type { CheckRecord } from "../../core/check/record.ts";
import type { MetricsSink } from "../../core/ports.ts";
import { pointOf } from "../metrics/point.ts";
import type { OnRejected } from "../metrics/rejected.ts";
import { type Line, writeIsolating } from "./isolate.ts";
import { lineOf } from "./line.ts";
import { type InfluxTarget, makePost } from "./post.ts";

export interface InfluxSinkOptions extends InfluxTarget {
  /** How long one request may take, ms. Default 5,000. */
  timeoutMs?: number;
  onRejected: OnRejected;
}

/** What its documentation advises as a batch. */
const LINES_A_REQUEST = 5_000;
const TIMEOUT_MS = 5_000;
/** Lines made without a pause: about a millisecond, for checks take their times meanwhile. */
const LINES_A_SLICE = 64;

async function linesOf(records: readonly CheckRecord[]): Promise<Line[]> {
  const lines: Line[] = [];
  for (const [i, record] of records.entries()) {
    if (i > 0 && i % LINES_A_SLICE === 0) await setImmediate();
    lines.push({ record, text: lineOf(pointOf(record)) });
  }
  return lines;
}

/**
 * A sink that writes to InfluxDB 1.x, 2.x, 3.x and what speaks like it: line protocol, compressed, to `/write`.
 * Lines it refuses are left out and told; the others are written. Writing a record again changes nothing.
 * `write` throws Unavailable when it took nothing or not everything, and may be repeated.
 * @throws InvalidInput at once for a URL that is none
 */
export function makeInfluxSink(options: InfluxSinkOptions): MetricsSink {
  const post = makePost(options, options.timeoutMs ?? TIMEOUT_MS);
  return {
    async write(records) {
      for (let from = 0; from < records.length; from += LINES_A_REQUEST) {
        const lines = await linesOf(records.slice(from, from + LINES_A_REQUEST));
        const rejected = await writeIsolating(lines, post);
        if (rejected.length > 0) options.onRejected(rejected);
      }
    },
  };
}
