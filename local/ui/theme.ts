import { styleText } from "node:util";
import type { Environment } from "./glyphs.ts";
import type { Tone } from "./line.ts";

type Style = Parameters<typeof styleText>[0];
type Styles = Readonly<Record<Tone, Extract<Style, readonly unknown[]>>>;

/** How a tone looks: gives the text with the terminal's codes for it. */
export type Theme = (tone: Tone, text: string) => string;

/** Only the colours that a terminal's own scheme defines: readable on dark and on light. */
const coloured: Styles = {
  plain: [],
  dim: ["dim"],
  strong: ["bold"],
  accent: ["cyan"],
  good: ["green"],
  warn: ["yellow"],
  bad: ["red", "bold"],
  unknown: ["magenta"],
  alarm: ["red", "bold"],
};

/** What matters is said by signs and words anyway. */
const colourless: Styles = {
  plain: [],
  dim: ["dim"],
  strong: ["bold"],
  accent: [],
  good: [],
  warn: ["bold"],
  bad: ["bold"],
  unknown: [],
  alarm: ["inverse"],
};

/** Colours, unless NO_COLOR is set (https://no-color.org). */
export function themeFor(env: Environment): Theme {
  const styles = env["NO_COLOR"] ? colourless : coloured;
  return (tone, text) =>
    styles[tone].length === 0 ? text : styleText(styles[tone], text, { validateStream: false });
}
