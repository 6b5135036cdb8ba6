import type { MessageKind } from "../../lib/core/alert/effect.ts";
import type { ShownVerdict } from "./source.ts";

/** The characters that are more than letters; each takes one column. */
export interface Glyphs {
  utf8: boolean;
  verdict: Record<ShownVerdict, string>;
  message: Record<MessageKind, string>;
  /** Marks the selected line. */
  bar: string;
  /** From the lowest to the highest. */
  levels: string;
  /** A check that failed, in a sparkline. */
  failed: string;
  /** No check. */
  empty: string;
  block: string;
  rule: string;
  dot: string;
  times: string;
  ascending: string;
  descending: string;
  arrows: { vertical: string; horizontal: string; enter: string };
  cursor: string;
}

const utf8: Glyphs = {
  utf8: true,
  verdict: { up: "●", degraded: "▲", down: "▼", unknown: "?", paused: "‖" },
  message: {
    down: "▼",
    degraded: "▲",
    partial: "▲",
    up: "●",
    reminder: "▼",
    flapping: "≈",
    settled: "●",
    test: "·",
  },
  bar: "▌",
  levels: "▁▂▃▄▅▆▇█",
  failed: "×",
  empty: "·",
  block: "█",
  rule: "─",
  dot: "·",
  times: "×",
  ascending: "↑",
  descending: "↓",
  arrows: { vertical: "↑↓", horizontal: "←→", enter: "⏎" },
  cursor: "▏",
};

const ascii: Glyphs = {
  utf8: false,
  verdict: { up: "+", degraded: "!", down: "X", unknown: "?", paused: "=" },
  message: {
    down: "X",
    degraded: "!",
    partial: "!",
    up: "+",
    reminder: "X",
    flapping: "~",
    settled: "+",
    test: "-",
  },
  bar: ">",
  levels: "_.-:=+*#",
  failed: "x",
  empty: " ",
  block: "#",
  rule: "-",
  dot: "-",
  times: "x",
  ascending: "+",
  descending: "-",
  arrows: { vertical: "up/down", horizontal: "left/right", enter: "enter" },
  cursor: "_",
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** The locale's character set is what POSIX says: LC_ALL before LC_CTYPE before LANG. Windows Terminal needs none. */
export function glyphsFor(env: Environment): Glyphs {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return /utf-?8/i.test(locale) || env["WT_SESSION"] !== undefined ? utf8 : ascii;
}
