import { expect, it } from "vitest";
import { InvalidInput } from "../../../../lib/core/errors.ts";
import {
  lengthOf,
  listStepOf,
  parseWindow,
  statsWindows,
  stepOf,
} from "../../../../lib/core/history/window.ts";

it.each(["10m", "1h", "24h", "7d", "30d", "90d"])("knows the window %s", (text) => {
  expect(parseWindow(text)).toBe(text);
});

it.each(["", "10M", "2h", "toString", "10m "])("refuses the window %o and says which there are", (text) => {
  expect(() => parseWindow(text)).toThrow(InvalidInput);
  expect(() => parseWindow(text)).toThrow("window: must be one of 10m, 1h, 24h, 7d, 30d, 90d");
});

it("gives every window whole steps, at most 168", () => {
  for (const window of statsWindows) {
    expect(lengthOf(window) % stepOf(window)).toBe(0);
    expect(listStepOf(window) % stepOf(window)).toBe(0);
    expect(lengthOf(window) / stepOf(window)).toBeLessThanOrEqual(168);
  }
});
