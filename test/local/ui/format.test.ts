import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  ageText,
  apdexText,
  availabilityText,
  lengthOf,
  momentText,
  msText,
  statusPieces,
  wrapWords,
} from "../../../local/ui/format.ts";

describe("milliseconds", () => {
  test.each([
    [null, "-"],
    [0.04, "0.0ms"],
    [4.21, "4.2ms"],
    [9.96, "10ms"],
    [84.4, "84ms"],
    [999.4, "999ms"],
    [999.6, "1.00s"],
    [1_234, "1.23s"],
    [9_996, "10.0s"],
    [12_340, "12.3s"],
    [99_960, "100s"],
  ])("%s is %s", (ms, text) => expect(msText(ms)).toBe(text));

  it("never take more than five columns below a quarter of an hour", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 900_000, noNaN: true }), (ms) => msText(ms).length <= 5));
  });
});

describe("shares and scores", () => {
  it("never round up to a whole that was not", () => {
    expect([null, 1, 0.99999, 0.5].map(availabilityText)).toEqual(["-", "100.0%", "99.9%", "50.0%"]);
  });

  it("mark small groups, and say where there is no sample", () => {
    const apdex = { rating: "Good", samples: 10, targetMs: 500 } as const;
    expect(apdexText({ ...apdex, score: 0.94, smallGroup: false })).toBe("0.94");
    expect(apdexText({ ...apdex, score: 0.9, smallGroup: true })).toBe("0.90*");
    expect(apdexText({ ...apdex, score: null, smallGroup: false, rating: "NoSample" })).toBe("NS");
  });
});

describe("statuses", () => {
  const shown = (byStatus: Record<string, number>, width = 40) =>
    statusPieces(byStatus, width, "×")
      .map(({ text }) => text)
      .join("");

  it("come with their counts, the most frequent first", () => {
    expect(shown({ "503": 2, "200": 58 })).toBe("200×58 503×2");
  });

  it("that mean a failure stand out", () => {
    expect(statusPieces({ "200": 3, "404": 2, tcp: 1 }, 40, "x").map(({ tone }) => tone)).toEqual([
      "plain",
      "bad",
      "bad",
    ]);
  });

  it("never take more than their column, and say that there are more", () => {
    expect(shown({ "200": 58, "503": 2, "429": 1 }, 10)).toBe("200×58 +");
    const counts = fc.dictionary(fc.stringMatching(/^[1-5]\d\d$/), fc.integer({ min: 1, max: 9_999 }));
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 12, max: 40 }),
        (byStatus, width) => lengthOf(statusPieces(byStatus, width, "×")) <= width,
      ),
    );
  });
});

describe("times", () => {
  const noon = Date.UTC(2026, 10, 20, 12, 0, 0);

  it("of another day come with their date", () => {
    expect(momentText(noon, noon + 60_000)).toBe("12:00:00");
    expect(momentText(noon, noon + 86_400_000)).toBe("11-20 12:00");
  });

  it("that passed are said in their largest unit", () => {
    expect([5_000, 60_000, 7_200_000, 86_400_000 * 3].map(ageText)).toEqual(["<1m", "1m", "2h", "3d"]);
  });
});

describe("wrapping", () => {
  it("breaks at spaces, and keeps to the number of lines", () => {
    expect(wrapWords("one two three four", 9, 3)).toEqual(["one two", "three", "four"]);
    expect(wrapWords("one two three four", 9, 2)).toEqual(["one two", "three four"]);
    expect(wrapWords("abcdefghij", 4, 3)).toEqual(["abcd", "efgh", "ij"]);
  });
});
