import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packPoints, unpackPoints } from "../../../../lib/adapters/sqlite/points.ts";
import type { MinutePoint } from "../../../../lib/core/history/bucket.ts";

const count = fc.integer({ min: 0, max: 10_000 });

const point = fc
  .record({ ok: count, failed: count, timed: count, units: fc.integer({ min: 0, max: 2 ** 40 }) })
  .map(({ ok, failed, timed, units }) => [ok, failed, timed, units / 128] as const);

const points = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 0, max: 59 })), fc.array(point, { minLength: 60, maxLength: 60 }))
  .map(([minutes, values]) =>
    minutes
      .sort((a, b) => a - b)
      .map((minute, i): MinutePoint => [minute, ...(values[i] ?? ([0, 0, 0, 0] as const))]),
  );

describe("points of an hour", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(points, (minutes) => {
        expect(unpackPoints(packPoints(minutes))).toEqual(minutes);
      }),
    );
  });

  test("take four bytes each where one check a minute takes up to 16 s", () => {
    const steady = Array.from({ length: 60 }, (_, i): MinutePoint => [i, 1, 0, 1, 16_000 + i]);
    expect(packPoints(steady).length).toBeLessThanOrEqual(60 * 4 + 4);
  });

  test("cut off they are damage, not other points", () => {
    const bytes = packPoints([[3, 1, 0, 1, 134.5]]);
    for (let length = 1; length < bytes.length; length++) {
      expect(() => unpackPoints(bytes.subarray(0, length))).toThrow(/cut off/);
    }
  });
});
