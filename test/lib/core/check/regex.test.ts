import { describe, expect, it } from "vitest";
import { compileRegex } from "../../../../lib/core/check/regex.ts";
import { VigieError } from "../../../../lib/core/errors.ts";

function reasonOf(pattern: string): string {
  try {
    compileRegex(pattern);
  } catch (error) {
    if (error instanceof VigieError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "compiled";
}

describe("compileRegex", () => {
  it("searches anywhere, matches the whole", () => {
    const regex = compileRegex("a+b");
    expect(["xaabx", "ab", "a"].map(regex.search)).toEqual([true, true, false]);
    expect(["xaabx", "aab", "ab\n"].map(regex.matches)).toEqual([false, true, false]);
  });

  it("knows RE2's flags, classes and Unicode", () => {
    expect(compileRegex("(?i)ERROR|fail").search("an Error")).toBe(true);
    expect(compileRegex("(?s)<a>.*</a>").search("<a>\n</a>")).toBe(true);
    expect(compileRegex("^\\p{Lu}\\p{L}+$").search("Österreich")).toBe(true);
    expect(compileRegex("^\\w+$").search("Österreich")).toBe(false); // \w is ASCII
    expect(compileRegex("(?m)^ok$").search("no\nok\n")).toBe(true);
  });

  it.each([
    ["(", "regex_refused: missing closing ): `(`"],
    ["(?=a)", "regex_refused: invalid or unsupported Perl syntax: `(?=`"],
    ["(?<!a)b", "regex_refused: invalid named capture: `(?<!a)b`"],
    ["(a)\\1", "regex_refused: invalid escape sequence: `\\1`"],
    ["a{1001}", "regex_refused: invalid repeat count: `{1001}`"],
    ["[a-z]{300}", "regex_refused: it is too big (302 steps, at most 200): repeat less"],
    ["a".repeat(1_001), "regex_refused: it is longer than 1000 characters"],
  ])("refuses %s and says why", (pattern, reason) => expect(reasonOf(pattern)).toBe(reason));

  it.each(["^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "^([a-zA-Z]+)*$", "^(.*a){12}$"])(
    "gets through what makes a backtracking engine hang (%s)",
    (pattern) => expect(compileRegex(pattern).search(`${"a".repeat(50_000)}!`)).toBe(false),
  );

  it("looks at fewer characters the bigger the expression is", () => {
    const [small, big] = [compileRegex("a"), compileRegex("[ab]{150}c")];
    expect(small.limit).toBeGreaterThan(1_048_576);
    expect(big.limit).toBeGreaterThan(200_000);
    expect(big.limit).toBeLessThan(300_000);
    const found = `${"a".repeat(150)}c`;
    expect(big.search(found.padStart(big.limit, "x"))).toBe(true);
    expect(big.search(found.padStart(big.limit + 1, "x"))).toBe(false);
  });
});
