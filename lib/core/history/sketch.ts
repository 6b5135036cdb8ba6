import { VigieError } from "../errors.ts";

/**
 * A quantile sketch after DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with
 * relative-error guarantees", VLDB 2019): values are counted in buckets whose bounds grow by a fixed factor, so a
 * quantile is known within (GAMMA - 1) / (GAMMA + 1) = 0.99 % of its value. Merging adds counts: exact, in any order.
 * Bucket number -> count. Why not a library: docs/decisions/0008-own-latency-sketch.md.
 */
export type Sketch = Map<number, number>;

const GAMMA = 1.02;
const LN_GAMMA = Math.log(GAMMA);
/** A microsecond: at or below it a timing reads as 0. Keeps bucket numbers positive and small. */
const SMALLEST_MS = 0.001;

const bucketOf = (ms: number): number =>
  ms <= SMALLEST_MS ? 0 : Math.ceil(Math.log(ms / SMALLEST_MS) / LN_GAMMA);

const valueAt = (bucket: number): number =>
  bucket === 0 ? 0 : (SMALLEST_MS * 2 * GAMMA ** bucket) / (GAMMA + 1);

const count = (sketch: Sketch, bucket: number, n: number): void => {
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + n);
};

/** Counts one value (ms, not negative) in place. */
export const addValue = (sketch: Sketch, ms: number): void => count(sketch, bucketOf(ms), 1);

/** Adds the counts of `from` to `sketch`, in place. */
export function addSketch(sketch: Sketch, from: Sketch): void {
  for (const [bucket, n] of from) count(sketch, bucket, n);
}

const sorted = (sketch: Sketch): [number, number][] => [...sketch].sort(([a], [b]) => a - b);

/**
 * Reads quantiles (0 to 1) by nearest rank: the smallest value that at least that share of all values does not
 * exceed. At most 1 % off; NaN when the sketch is empty.
 */
export function quantileReader(sketch: Sketch): (quantile: number) => number {
  const buckets = sorted(sketch);
  const total = buckets.reduce((sum, [, n]) => sum + n, 0);
  return (quantile) => {
    const rank = Math.max(1, Math.ceil(quantile * total));
    let seen = 0;
    const found = buckets.find(([, n]) => {
      seen += n;
      return seen >= rank;
    });
    return found === undefined ? Number.NaN : valueAt(found[0]);
  };
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitOf = new Map([...ALPHABET].map((char, digit) => [char.charCodeAt(0), digit]));
const MORE = 32;

/** Base64 VLQ: five bits a character, lowest first, the sixth bit says that more follow. */
function vlq(value: number): string {
  let text = "";
  let rest = value;
  for (; rest >= MORE; rest = Math.floor(rest / MORE)) text += ALPHABET.charAt((rest % MORE) + MORE);
  return text + ALPHABET.charAt(rest);
}

/** The stored form: for each bucket ascending its distance from the one before and its count, as base64 VLQ. */
export function encodeSketch(sketch: Sketch): string {
  let text = "";
  let before = 0;
  for (const [bucket, n] of sorted(sketch)) {
    text += vlq(bucket - before) + vlq(n);
    before = bucket;
  }
  return text;
}

function numbersOf(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf.get(text.charCodeAt(i));
    if (digit === undefined) throw corrupt(text);
    value += (digit % MORE) * scale;
    scale *= MORE;
    if (digit >= MORE) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  if (scale > 1 || numbers.length % 2 === 1) throw corrupt(text);
  return numbers;
}

const corrupt = (text: string): VigieError =>
  new VigieError(
    "corrupt_sketch",
    `stored latency sketch can't be read (${text.slice(0, 40)}): restore the history from a backup, or delete the bucket that holds it`,
  );

/** Adds an encoded sketch to `sketch`, in place. Fails with `corrupt_sketch` when it is not one. */
export function addEncoded(sketch: Sketch, text: string): void {
  const numbers = numbersOf(text);
  let bucket = 0;
  for (let i = 0; i < numbers.length; i += 2) {
    bucket += numbers[i] ?? 0; // always there: the length is even
    count(sketch, bucket, numbers[i + 1] ?? 0);
  }
}
