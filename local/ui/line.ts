/** What stands in one line of the screen, apart from how it gets there. */

/** What a text means; the theme says how that looks. */
export type Tone = "plain" | "dim" | "strong" | "accent" | "good" | "warn" | "bad" | "unknown" | "alarm";

export interface Piece {
  text: string;
  tone?: Tone;
}

/**
 * A part of a line. Without `width` it takes the columns of its text; `grow`: what is left over. What doesn't fit is cut.
 */
export interface Cell {
  pieces: Piece[];
  width?: number;
  grow?: boolean;
}

export interface Line {
  /** Tells lines apart that scroll. */
  key: string;
  cells: Cell[];
}

export const cell = (...pieces: Piece[]): Cell => ({ pieces });

/** A line of one text, cut at the right edge. */
export const textLine = (key: string, ...pieces: Piece[]): Line => ({ key, cells: [{ pieces, grow: true }] });

export const emptyLine = (key: string): Line => ({ key, cells: [] });

/** Whether two lines look the same: then nothing has to be drawn. */
export const sameLine = (a: Line, b: Line): boolean =>
  a === b ||
  (a.cells.length === b.cells.length &&
    a.cells.every((one, i) => {
      const other = b.cells[i];
      return other !== undefined && sameCell(one, other);
    }));

const sameCell = (a: Cell, b: Cell): boolean =>
  a.width === b.width &&
  a.grow === b.grow &&
  a.pieces.length === b.pieces.length &&
  a.pieces.every(({ text, tone }, i) => text === b.pieces[i]?.text && tone === b.pieces[i]?.tone);
