import { Box, Text } from "ink";
import { createElement as h, memo, type ReactNode } from "react";
import { asciiOnly } from "./clean.ts";
import { type Cell, type Line, sameLine } from "./line.ts";
import type { Theme } from "./theme.ts";

/** How lines are drawn; the same for all of a screen. */
export interface Ink {
  theme: Theme;
  utf8: boolean;
}

interface LineProps {
  line: Line;
  ink: Ink;
  columns: number;
}

/** One text with its codes in it: Ink takes far longer for a component each. */
function textOf({ pieces }: Cell, { theme, utf8 }: Ink): ReactNode {
  const texts = pieces.map(({ text, tone = "plain" }) => theme(tone, utf8 ? text : asciiOnly(text)));
  return h(Text, { wrap: "truncate-end" }, texts.join(""));
}

/** Texts are no longer than this: what stands in a box so wide is never cut by Ink. */
const LONGEST = 1_000;

/** Without UTF-8 a text is clipped by its box: the sign of a cut would be no ASCII. */
function boxOf(cell: Cell, ink: Ink, key: string): ReactNode {
  const { width, grow = false } = cell;
  const sized = width !== undefined || grow;
  const box = {
    key,
    flexShrink: grow ? 1 : 0,
    flexGrow: grow ? 1 : 0,
    ...(width === undefined ? {} : { width }),
    ...(grow ? { flexBasis: 0 } : {}),
  };
  if (ink.utf8 || !sized) return h(Box, box, textOf(cell, ink));
  return h(Box, { ...box, overflow: "hidden" }, h(Box, { flexShrink: 0, width: LONGEST }, textOf(cell, ink)));
}

/** Below this a line may be wider than the screen. */
const ROOMY = 80;

/** One line of the screen; drawn again only when it looks different. */
export const LineView = memo(
  ({ line, ink, columns }: LineProps): ReactNode =>
    h(
      Box,
      { width: columns, height: 1, flexShrink: 0, ...(columns < ROOMY ? { overflow: "hidden" } : {}) },
      ...line.cells.map((cell, i) => boxOf(cell, ink, String(i))),
    ),
  (before, after) =>
    before.columns === after.columns && before.ink === after.ink && sameLine(before.line, after.line),
);
