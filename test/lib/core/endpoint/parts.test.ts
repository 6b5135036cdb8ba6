import { describe, expect, it } from "vitest";
import { pathText, received } from "../../../../lib/core/endpoint/issues.ts";
import { nearest } from "../../../../lib/core/endpoint/nearest.ts";
import { formatStatus, parseStatus } from "../../../../lib/core/endpoint/status.ts";
import { printableUrl } from "../../../../lib/core/endpoint/target.ts";
import { isTimeZone, parseWallTime } from "../../../../lib/core/endpoint/wall-time.ts";

describe("nearest", () => {
  it.each([
    ["intervall", "interval"],
    ["retrys", "retries"],
    ["TIMEOUT", "timeout"],
    ["hedaers", "headers"],
    ["colour", null],
    ["xy", null],
    ["a".repeat(500), null],
  ])("of %s is %s", (word, expected) => {
    expect(nearest(word, ["interval", "retries", "timeout", "headers"])).toBe(expected);
  });
});

describe("paths", () => {
  it.each([
    [[], "", ""],
    [[], "endpoints[3]", "endpoints[3]"],
    [["expect", "json", 0, "path"], "", "expect.json[0].path"],
    [["headers", "x-a"], "endpoints[3]", 'endpoints[3].headers["x-a"]'],
    [[0], "", "[0]"],
  ])("%j after %j is %s", (path, prefix, text) => expect(pathText(path, prefix)).toBe(text));
});

describe("received", () => {
  it.each([
    [5, "interval", "5"],
    ["a\nb", "name", '"a\\nb"'],
    ["https://u:p@example.com", "url", '"https://example.com"'],
    ["secret", "headers.a", "a string (not shown)"],
    ["secret", "auth.password", "a string (not shown)"],
    [{}, "headers", "a map"],
  ])("%j at %s is %s", (value, path, text) => expect(received(value, path)).toBe(text));
});

describe("printableUrl", () => {
  it.each([
    ["https://u:p@example.com/a@b", "https://example.com/a@b"],
    ["ftp://u:p@example.com/", "ftp://example.com/"],
    ["example.com", "example.com"],
    [`https://example.com/${"a".repeat(200)}`, `https://example.com/${"a".repeat(79)}…`],
  ])("of %s is %s", (text, shown) => expect(printableUrl(text)).toBe(shown));
});

describe("status", () => {
  it.each([
    [200, { from: 200, to: 200 }, 200],
    ["204", { from: 204, to: 204 }, 204],
    ["2XX", { from: 200, to: 299 }, "2xx"],
    ["200-299", { from: 200, to: 299 }, "2xx"],
    ["200-399", { from: 200, to: 399 }, "200-399"],
    ["100-199", { from: 100, to: 199 }, "1xx"],
  ])("%s is read and written", (written, range, text) => {
    expect(parseStatus(written)).toEqual(range);
    expect(formatStatus(range)).toBe(text);
  });

  it.each([99, 600, "", "2x", "0xx", "300-200", "200-", "200-600"])("%j is none", (written) =>
    expect(parseStatus(written)).toBeNull(),
  );
});

describe("wall time", () => {
  it("is read as if it were UTC", () =>
    expect(parseWallTime("2028-02-29T23:59")).toBe(Date.UTC(2028, 1, 29, 23, 59)));

  it.each(["2027-02-29T00:00", "2026-13-01T00:00", "2026-01-01T24:00", "2026-01-01", "26-01-01T00:00"])(
    "%s is none",
    (text) => expect(parseWallTime(text)).toBeNull(),
  );

  it("knows zones by their names only", () => {
    expect(["Europe/Berlin", "UTC", "asia/tokyo"].map(isTimeZone)).toEqual([true, true, true]);
    expect(["Europe/Atlantis", "+02:00", ""].map(isTimeZone)).toEqual([false, false, false]);
  });
});
