import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { GAP, GUTTER, type Layout, layoutFor } from "../../../local/ui/columns.ts";

const titles = ({ columns }: Layout) => columns.map(({ title, width }) => `${title} ${width}`);
const widthOf = ({ columns }: Layout) => columns.reduce((sum, { width }) => sum + width + GAP, GUTTER - GAP);

describe("columns", () => {
  test.each([80, 100, 140, 200])("at %i", (width) => {
    expect(titles(layoutFor(width, "10m"))).toMatchSnapshot();
  });

  it("show both windows side by side only on wide terminals", () => {
    expect([80, 140, 180, 240].map((width) => layoutFor(width, "10m").both)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("give the hour a curve as long as there is room for, ten minutes no more than ten characters", () => {
    const spark = (width: number, window: "10m" | "1h") =>
      layoutFor(width, window).columns.find(({ id }) => id === "spark")?.width;
    expect(spark(160, "10m")).toBe(10);
    expect(spark(160, "1h")).toBe(20);
  });

  it("never need more than the terminal has, from 60 columns on", () => {
    const widths = fc.integer({ min: 60, max: 400 });
    fc.assert(
      fc.property(widths, fc.constantFrom("10m", "1h"), (width, window) => {
        expect(widthOf(layoutFor(width, window))).toBeLessThan(width);
      }),
    );
  });
});
