import type { MinutePoint } from "../../core/history/bucket.ts";
import { DamagedStore } from "./errors.ts";

/** Sums of timings are multiples of 1/128 ms (core/history/bucket.ts), so they are whole numbers of these. */
const SUM_UNITS = 128;

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/**
 * The minutes of an hour in 3 to 4 bytes each: a 0 when distance and counts are those of the point before, else a
 * 1 and the four of them; then the sum. All numbers are varints, low seven bits first.
 */
export function packPoints(points: readonly MinutePoint[]): Uint8Array {
  const bytes: number[] = [];
  let last = -1;
  let shape = "";
  for (const [minute, ok, failed, timed, sumMs] of points) {
    const counts = [minute - last, ok, failed, timed];
    const same = counts.join() === shape;
    bytes.push(same ? 0 : 1);
    if (!same) for (const count of counts) pushVarint(bytes, count);
    pushVarint(bytes, Math.round(sumMs * SUM_UNITS));
    shape = counts.join();
    last = minute;
  }
  return Uint8Array.from(bytes);
}

/** Reads varints one after another; a number cut off means a damaged file. */
function varintReader(bytes: Uint8Array) {
  let at = 0;
  return {
    more: () => at < bytes.length,
    next(): number {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        if (byte === undefined)
          throw new DamagedStore("the data file holds a bucket whose points are cut off");
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    },
  };
}

export function unpackPoints(bytes: Uint8Array): MinutePoint[] {
  const reader = varintReader(bytes);
  const points: MinutePoint[] = [];
  let minute = -1;
  let [step, ok, failed, timed] = [0, 0, 0, 0];
  while (reader.more()) {
    if (reader.next() === 1)
      [step, ok, failed, timed] = [reader.next(), reader.next(), reader.next(), reader.next()];
    minute += step;
    points.push([minute, ok, failed, timed, reader.next() / SUM_UNITS]);
  }
  return points;
}
