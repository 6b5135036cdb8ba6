import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Press, pressed } from "../../../local/ui/keys.ts";
import { lastTop, showing } from "../../../local/ui/scroll.ts";
import { initialState, selectedIndex, type UiContext, type UiState } from "../../../local/ui/state.ts";

const ids = Array.from({ length: 100 }, (_, i) => `e${i}`);
const context: UiContext = { ids, rows: 10, lines: 0, checks: [] };
const special: Record<string, Press> = {
  Up: { input: "", upArrow: true },
  Down: { input: "", downArrow: true },
  Left: { input: "", leftArrow: true },
  Right: { input: "", rightArrow: true },
  PgDn: { input: "", pageDown: true },
  PgUp: { input: "", pageUp: true },
  End: { input: "", end: true },
  Home: { input: "", home: true },
  Enter: { input: "\r", return: true },
  Esc: { input: "", escape: true },
  Backspace: { input: "", backspace: true },
  "Ctrl-C": { input: "c", ctrl: true },
  "Ctrl-X": { input: "x", ctrl: true },
};

const type = (state: UiState, keys: readonly string[], around: UiContext = context): UiState =>
  keys.reduce((now, key) => pressed(now, special[key] ?? { input: key }, around), state);

describe("walking the list", () => {
  it("selects line by line, page by page, first and last", () => {
    const at = (...keys: string[]) => selectedIndex(type(initialState, keys), ids);
    expect(at("Down", "j")).toBe(2);
    expect(at("Down", "Down", "k")).toBe(1);
    expect(at("PgDn")).toBe(9);
    expect(at("End")).toBe(99);
    expect(at("G", "Up")).toBe(98);
    expect(at("G", "g")).toBe(0);
    expect(at("Up")).toBe(0);
  });

  it("follows an endpoint that moves in the list, and the first line whoever is there", () => {
    const moved = ["new", ...ids];
    expect(selectedIndex(type(initialState, ["Down", "Down"]), moved)).toBe(3);
    expect(selectedIndex(initialState, moved)).toBe(0);
  });

  it("takes keys typed fast as so many", () => {
    expect(selectedIndex(type(initialState, ["jjj"]), ids)).toBe(3);
  });

  it("does nothing with an empty list", () => {
    const empty = { ...context, ids: [] };
    expect(type(initialState, ["Down", "End", "Enter", "PgUp"], empty)).toMatchObject({
      view: "list",
      selected: null,
    });
  });
});

describe("the filter", () => {
  it("is typed letter by letter, kept by Enter, cleared by Esc", () => {
    const typing = type(initialState, ["/", "q", "s", "?"]);
    expect(typing).toMatchObject({ filter: "qs?", typing: true, quit: null, view: "list" });
    expect(type(typing, ["Backspace", "Enter"])).toMatchObject({ filter: "qs", typing: false });
    expect(type(typing, ["Enter", "Esc"])).toMatchObject({ filter: "", typing: false });
    expect(type(typing, ["Esc"])).toMatchObject({ filter: "", typing: false });
  });

  it("takes a pasted text, and no control characters", () => {
    expect(type(initialState, ["/", "shop\u0007 api"])).toMatchObject({ filter: "shop api" });
    expect(type(initialState, ["/shop"])).toMatchObject({ filter: "shop", typing: true });
  });

  it("understands Enter and Backspace inside of what came at once", () => {
    expect(type(initialState, ["/shopp\u007f\r\r"])).toMatchObject({ filter: "shop", view: "detail" });
  });

  it("lets the list be walked meanwhile", () => {
    expect(type(initialState, ["/", "a", "Down"])).toMatchObject({ selected: "e1", typing: true });
  });

  it("starts at the top of what it finds", () => {
    expect(type(initialState, ["End", "/", "a"])).toMatchObject({ selected: null, top: 0 });
  });
});

describe("views", () => {
  it("open over each other, and Esc leads back", () => {
    const deep = type(initialState, ["Down", "Enter", "m", "?"]);
    expect(deep).toMatchObject({ view: "help", back: ["list", "detail", "messages"], detail: "e1" });
    expect(type(deep, ["Esc"]).view).toBe("messages");
    expect(type(deep, ["Esc", "Esc"]).view).toBe("detail");
    expect(type(deep, ["Esc", "Esc", "Esc"])).toMatchObject({ view: "list", selected: "e1" });
  });

  it("close by their own key", () => {
    expect(type(initialState, ["m", "m"]).view).toBe("list");
    expect(type(initialState, ["?", "?"]).view).toBe("list");
  });

  it("scroll no further than their last line", () => {
    const long = { ...context, lines: 25 };
    expect(type(initialState, ["m", "PgDn"], long).offset).toBe(9);
    expect(type(initialState, ["m", "G", "Down"], long).offset).toBe(15);
    expect(type(initialState, ["m", "Up"], long).offset).toBe(0);
  });

  it("of details walk along the checks; the latest stays the latest", () => {
    const some = { ...context, checks: ["c3", "c2", "c1"] };
    const open = type(initialState, ["Enter"], some);
    expect(open.check).toBeNull();
    expect(type(open, ["Left"], some).check).toBe("c2");
    expect(type(open, ["Left", "Left", "Left"], some).check).toBe("c1");
    expect(type(open, ["Left", "Right", "Right"], some).check).toBeNull();
  });
});

describe("other keys", () => {
  it("toggle window, order and direction", () => {
    expect(type(initialState, ["w"]).window).toBe("1h");
    expect(type(initialState, ["w", "w"]).window).toBe("10m");
    expect(type(initialState, ["s"]).sort).toBe("name");
    expect(type(initialState, ["S"])).toMatchObject({ sort: "worst", reversed: true });
    expect(type(initialState, [..."sssssss"]).sort).toBe("worst");
  });

  it("quit: q, and Ctrl-C even while typing", () => {
    expect(type(initialState, ["q"]).quit).toBe("q");
    expect(type(initialState, ["/", "a", "Ctrl-C"]).quit).toBe("Ctrl-C");
    expect(type(initialState, ["Enter", "q"]).quit).toBe("q");
  });

  it("that mean nothing change nothing", () => {
    expect(type(initialState, ["x", "Ctrl-X", "Left", "Backspace", "7"])).toEqual(initialState);
  });
});

describe("the window of a list", () => {
  it("holds the selected line and never leaves the list", () => {
    const numbers = fc.nat(200);
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 1, max: 60 }), numbers, (top, wanted, rows, count) => {
        const index = Math.min(wanted, Math.max(0, count - 1));
        const shown = showing(top, index, rows, count);
        expect(shown.top).toBeGreaterThanOrEqual(0);
        expect(shown.top).toBeLessThanOrEqual(lastTop(count, rows));
        expect(shown.end - shown.top).toBe(Math.min(rows, count));
        if (count > 0) expect(shown.top <= index && index < shown.end).toBe(true);
      }),
    );
  });

  it("moves only as far as it must", () => {
    expect(showing(10, 12, 10, 100).top).toBe(10);
    expect(showing(10, 20, 10, 100).top).toBe(11);
    expect(showing(10, 9, 10, 100).top).toBe(9);
  });
});
