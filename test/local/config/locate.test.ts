import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { pathText } from "../../../lib/core/endpoint/issues.ts";
import { InvalidInput } from "../../../lib/core/errors.ts";
import { parseSource } from "../../../local/config/document.ts";

/** Every path to a scalar, in the spelling of issues. */
function scalarPaths(value: unknown, keys: PropertyKey[] = []): { path: string; value: unknown }[] {
  if (typeof value !== "object" || value === null) return [{ path: pathText(keys), value }];
  const entries: [PropertyKey, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return entries.flatMap(([key, item]) => scalarPaths(item, [...keys, key]));
}

const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.stringMatching(/^[a-z]{1,8}$/));
const key = fc.oneof(fc.stringMatching(/^[a-z]{1,6}$/), fc.stringMatching(/^[a-z]{1,3}[.-][a-z]{1,3}$/));
const tree = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, scalar, tie("list"), tie("map")),
  list: fc.array(tie("node"), { minLength: 1, maxLength: 4 }),
  map: fc.dictionary(key, tie("node"), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
}));

describe("places", () => {
  test("every value is found where it stands, whatever the tree", () => {
    fc.assert(
      fc.property(tree.map, (value) => {
        const text = stringify(value);
        const lines = text.split("\n");
        const source = parseSource(text, "t.yaml");
        expect(source.value).toEqual(value);
        for (const { path, value: expected } of scalarPaths(value)) {
          const { line, column } = source.placeOf(path);
          const rest = lines[line - 1]?.slice(column - 1) ?? "";
          expect(rest.replaceAll('"', "").startsWith(String(expected))).toBe(true);
          expect(source.has(path)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("a list or map is pointed at by its key, what is absent by what should hold it", () => {
    const source = parseSource("a:\n  b:\n    - x: 1\n", "t.yaml");
    expect(source.placeOf("a.b")).toEqual({ line: 2, column: 3 });
    expect(source.placeOf("a.b[0].y")).toEqual({ line: 3, column: 7 });
    expect(source.placeOf("a.b[7]")).toEqual({ line: 2, column: 3 });
    expect(source.has("a.b[7]")).toBe(false);
  });

  test("text of any kind is either parsed or refused with lines, never worse", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60, unit: fc.constantFrom(..."ab:-&*!|>%@{}[],\"'\n\t #?~0") }),
        (text) => {
          try {
            parseSource(text, "t.yaml");
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInput);
            if (error instanceof InvalidInput) expect(error.issues[0]?.line).toBeGreaterThanOrEqual(1);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
