import { describe, expect, it } from "vitest";
import type { SeriesPoint } from "../../../lib/core/read/series.ts";
import { glyphsFor } from "../../../local/ui/glyphs.ts";
import type { Piece } from "../../../local/ui/line.ts";
import { curveOf, latestPoints, sparkline } from "../../../local/ui/sparkline.ts";

const glyphs = glyphsFor({ LANG: "en_US.UTF-8" });
const point = (avgMs: number | null, failed = 0): SeriesPoint => ({
  at: 0,
  ok: avgMs === null ? 0 : 1,
  failed,
  avgMs,
});
const down: SeriesPoint = { at: 0, ok: 0, failed: 1, avgMs: null };
const empty: SeriesPoint = { at: 0, ok: 0, failed: 0, avgMs: null };
const textOf = (pieces: readonly Piece[]) => pieces.map(({ text }) => text).join("");

describe("a sparkline", () => {
  it("goes from zero to the slowest", () => {
    const points = [0, 100, 200, 300, 400, 500, 600, 700, 800].map((ms) => point(ms));
    expect(textOf(sparkline(points, { width: 9, fullMs: 0, glyphs }))).toBe("▁▂▃▄▅▆▇██");
  });

  it("stays low where all is faster than the target", () => {
    expect(textOf(sparkline([point(40), point(45)], { width: 2, fullMs: 500, glyphs }))).toBe("▁▁");
  });

  it("marks failures with a cross: red where nothing succeeded, yellow where something did", () => {
    const pieces = sparkline([point(100), down, point(100, 1)], { width: 3, fullMs: 100, glyphs });
    expect(pieces).toEqual([
      { text: "█", tone: "accent" },
      { text: "×", tone: "bad" },
      { text: "×", tone: "warn" },
    ]);
  });

  it("tells no check from a fast one", () => {
    expect(textOf(sparkline([point(0), empty, point(0)], { width: 3, fullMs: 1, glyphs }))).toBe("▁·▁");
  });

  it("is filled up from the left while there is little history", () => {
    expect(textOf(sparkline([point(10)], { width: 4, fullMs: 0, glyphs }))).toBe("   █");
  });

  it("merges steps where it is narrow, and hides neither peak nor failure", () => {
    const points = [point(10), point(800), down, point(10), point(10), point(10)];
    expect(textOf(sparkline(points, { width: 3, fullMs: 0, glyphs }))).toBe("█×▁");
  });

  it("uses letters where the terminal has no UTF-8", () => {
    const pieces = sparkline([point(0), point(800), down], { width: 3, fullMs: 0, glyphs: glyphsFor({}) });
    expect(textOf(pieces)).toBe("_#x");
  });
});

describe("a curve of several lines", () => {
  it("has its peak in the highest and its failures in the lowest", () => {
    const lines = curveOf([point(90), point(200), down], { width: 3, height: 2, fullMs: 0, glyphs });
    expect(lines.map(textOf)).toEqual([" █ ", "██×"]);
  });
});

describe("the points shown", () => {
  it("leave out the step that has only begun, as long as nothing is in it", () => {
    expect(latestPoints([point(1), point(2), empty], 2)).toEqual([point(1), point(2)]);
    expect(latestPoints([point(1), point(2), point(3)], 2)).toEqual([point(2), point(3)]);
    expect(latestPoints([point(1), empty], 2)).toEqual([point(1), empty]);
  });
});

describe("the characters", () => {
  it("follow the locale in the order of POSIX", () => {
    const isUtf8 = (env: Record<string, string>) => glyphsFor(env).utf8;
    expect(isUtf8({ LANG: "C.UTF-8" })).toBe(true);
    expect(isUtf8({ LANG: "de_DE.utf8" })).toBe(true);
    expect(isUtf8({ LANG: "en_US.UTF-8", LC_ALL: "C" })).toBe(false);
    expect(isUtf8({ LANG: "C", LC_CTYPE: "en_US.UTF-8" })).toBe(true);
    expect(isUtf8({})).toBe(false);
  });
});
