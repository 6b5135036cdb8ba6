import fc from "fast-check";
import { expect, test } from "vitest";
import { splitToFit } from "../../../../lib/adapters/aws/split.ts";

const write = (items: readonly string[]): string => JSON.stringify(items);

test("every item once and in order, in texts that fit", () => {
  const item = fc.string({ unit: "binary", maxLength: 20 });
  fc.assert(
    fc.property(fc.array(item, { maxLength: 200 }), fc.integer({ min: 200, max: 2_000 }), (items, limit) => {
      const texts = splitToFit(items, limit, write);
      expect(texts.flatMap((text) => JSON.parse(text))).toEqual(JSON.parse(write(items)));
      for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    }),
  );
});

test("what fits stays together; nothing makes no message", () => {
  expect(splitToFit(["a", "b"], 9, write)).toEqual(['["a","b"]']);
  expect(splitToFit(["a", "b"], 8, write)).toEqual(['["a"]', '["b"]']);
  expect(splitToFit([], 8, write)).toEqual([]);
});

test("bytes count, not characters", () => {
  expect(splitToFit(["é", "é"], 10, write)).toHaveLength(2);
});

test("an item that fits nowhere is an error, not a loss", () => {
  expect(() => splitToFit(["a", "x".repeat(50)], 20, write)).toThrow(
    /One item makes a message of over 20 bytes/,
  );
});
