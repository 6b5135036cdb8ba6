import type { TextProps } from "ink";
import type { Environment } from "./glyphs.ts";
import type { Tone } from "./line.ts";

type Look = Pick<TextProps, "color" | "dimColor" | "bold" | "inverse">;

/** How each tone looks. Only the sixteen colours that a terminal's own scheme defines. */
export type Theme = Readonly<Record<Tone, Look>>;

const coloured: Theme = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  accent: { color: "cyan" },
  good: { color: "green" },
  warn: { color: "yellow" },
  bad: { color: "red", bold: true },
  unknown: { color: "magenta" },
  alarm: { color: "red", bold: true },
};

const colourless: Theme = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  accent: {},
  good: {},
  warn: { bold: true },
  bad: { bold: true },
  unknown: {},
  alarm: { inverse: true },
};

/** Never against NO_COLOR (https://no-color.org); what matters is said by signs and words anyway. */
export const themeFor = (env: Environment): Theme => (env["NO_COLOR"] ? colourless : coloured);
