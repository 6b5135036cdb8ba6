import { describe, expect, it } from "vitest";
import { compileJsonPath } from "../../../../lib/core/check/json-path.ts";
import { VigieError } from "../../../../lib/core/errors.ts";

const document = {
  status: "up",
  checks: [
    { name: "db", ok: true, ms: 12, tags: ["a", "b"] },
    { name: "cache", ok: false, ms: 3, tags: [] },
  ],
  nothing: null,
};

function failureOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof VigieError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("compileJsonPath", () => {
  it.each([
    ["$", document],
    ["$.status", "up"],
    ["$['status']", "up"],
    ["$.nothing", null],
    ["$.checks[-1].name", "cache"],
    ["$..name", "db"],
    ["$.checks[?@.ok == false].name", "cache"],
    ["$.checks[?@.ms < 5 && !@.missing].name", "cache"],
    ["$.checks[?length(@.tags) == 0 || @.name == 'x'].name", "cache"],
    ["$.checks[?count(@.tags[*]) > 1].name", "db"],
    ["$.checks[?@.tags[?@ == 'b']].name", "db"],
    ["$.checks[?@.name == $.checks[1].name].ms", 3],
    ["$.checks[?match(@.name, 'c.*e')].name", "cache"],
    ["$.checks[?search(@.name, '^c') && search(@.name, 'e$')].name", "cache"],
    ["$.checks[?value(@..ms) == 3].name", "cache"],
  ])("finds the first node of %s", (path, value) => {
    expect(compileJsonPath(path).first(document)).toEqual({ value });
  });

  it.each([
    "$.missing",
    "$.status.length",
    "$.checks[7]",
    "$.checks[?match(@.name, 'c')]",
    "$.checks[?match(@.ms, '3')]",
    "$.__proto__",
  ])("finds nothing for %s", (path) => expect(compileJsonPath(path).first(document)).toBeNull());

  it.each([
    ["status", "expected '$', found 's' ('status':0)"],
    ["$[?search(@.name, '(?=a)')]", "invalid or unsupported Perl syntax: `(?=`"],
    ["$[?match(@.name, @.pattern)]", "match() needs its pattern in quotes"],
    ["$..a..b", "it has more than one `..`"],
    ["$..a[?@..b]", "it has more than one `..`"],
    ["$[?!@..a && @..b == 1]", "non-singular query is not comparable (' && @..b ':12)"],
    ["$[?count($.checks[*]) > 1]", "a `$` inside a filter has to name one value"],
    [`$${"[*,*]".repeat(6)}`, "it selects more than 32 times over"],
    [`$.a[?@${"[*,*]".repeat(6)}]`, "it selects more than 32 times over"],
    [`$.${"a".repeat(500)}`, "it is longer than 500 characters"],
  ])("refuses %s", (path, reason) => {
    expect(failureOf(() => compileJsonPath(path))).toBe(`json_path_refused: ${reason}`);
  });

  it("gives up on a document that is nested too deeply for `..`", () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`);
    const path = compileJsonPath("$..b");
    expect(failureOf(() => path.first(deep))).toBe(
      "json_path_failed: the document is nested too deeply or too large",
    );
  });

  it("gives up on a list too long for a filter to count", () => {
    const path = compileJsonPath("$[?count(@[*]) > 1]");
    expect(failureOf(() => path.first({ a: Array.from({ length: 500_000 }, () => 0) }))).toBe(
      "json_path_failed: the document is nested too deeply or too large",
    );
  });
});
