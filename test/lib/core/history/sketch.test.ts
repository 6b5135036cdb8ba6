import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addEncoded,
  addSketch,
  addValue,
  encodeSketch,
  quantileReader,
  type Sketch,
} from "../../../../lib/core/history/sketch.ts";

const sketchOf = (values: readonly number[]): Sketch => {
  const sketch: Sketch = new Map();
  for (const value of values) addValue(sketch, value);
  return sketch;
};

const merged = (...sketches: readonly Sketch[]): Sketch => {
  const all: Sketch = new Map();
  for (const sketch of sketches) addSketch(all, sketch);
  return all;
};

const decoded = (text: string): Sketch => {
  const sketch: Sketch = new Map();
  addEncoded(sketch, text);
  return sketch;
};

/** The definition that the sketch approximates: nearest rank. */
const exactQuantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN;
};

// From a microsecond to a day, evenly by magnitude: where the relative error matters.
const timing = fc.double({ min: Math.log(0.0011), max: Math.log(86_400_000), noNaN: true }).map(Math.exp);
const timings = fc.array(timing, { maxLength: 300 });
const quantile = fc.double({ min: 0, max: 1, noNaN: true });

describe("latency sketch", () => {
  it("is at most 1 % off at every quantile", () => {
    fc.assert(
      fc.property(fc.array(timing, { minLength: 1, maxLength: 300 }), quantile, (values, q) => {
        const exact = exactQuantile(values, q);
        expect(Math.abs(quantileReader(sketchOf(values))(q) - exact) / exact).toBeLessThanOrEqual(0.01);
      }),
    );
  });

  it("reads a microsecond and less as 0", () => {
    expect(quantileReader(sketchOf([0, 0.0005, 0.001]))(1)).toBe(0);
  });

  it("has no quantile when empty", () => {
    expect(quantileReader(new Map())(0.5)).toBeNaN();
    expect(encodeSketch(new Map())).toBe("");
    expect(decoded("").size).toBe(0);
  });

  it("merges in any order to the same bytes, as if everything had been counted at once", () => {
    fc.assert(
      fc.property(timings, timings, timings, (a, b, c) => {
        const [A, B, C] = [sketchOf(a), sketchOf(b), sketchOf(c)];
        const once = encodeSketch(sketchOf([...a, ...b, ...c]));
        expect(encodeSketch(merged(merged(A, B), C))).toBe(once);
        expect(encodeSketch(merged(A, merged(B, C)))).toBe(once);
        expect(encodeSketch(merged(C, A, B))).toBe(once);
        expect(encodeSketch(merged(A, new Map()))).toBe(encodeSketch(A));
      }),
    );
  });

  it("comes back from its stored form unchanged, large counts included", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 2 ** 40 })), {
          selector: ([bucket]) => bucket,
        }),
        (entries) => {
          const sorted = [...entries].sort(([a], [b]) => a - b);
          expect([...decoded(encodeSketch(new Map(entries)))]).toEqual(sorted);
        },
      ),
    );
  });

  it("adds a stored sketch to what is there", () => {
    const sketch = sketchOf([100, 200]);
    addEncoded(sketch, encodeSketch(sketchOf([100, 400])));
    expect(encodeSketch(sketch)).toBe(encodeSketch(sketchOf([100, 100, 200, 400])));
  });

  it.each([
    ["a character that is none of its own", "A!"],
    ["half a pair", "B"],
    ["an end inside a number", "BBg"],
  ])("refuses %s", (_, text) => {
    expect(() => decoded(text)).toThrow(expect.objectContaining({ code: "corrupt_sketch" }));
  });

  it("takes under 150 characters for an hour and under 400 for a day of minutes around 120 ms", () => {
    const spread = (n: number) =>
      Array.from({ length: n }, (_, i) => 120 * Math.exp(0.35 * Math.sin(i * 12.9898) * 2));
    expect(encodeSketch(sketchOf(spread(60))).length).toBeLessThan(150);
    expect(encodeSketch(sketchOf(spread(1440))).length).toBeLessThan(400);
  });
});
