/** Which of `count` lines `rows` lines of screen show. */
export interface ScrollWindow {
  /** Index of the first line shown. */
  top: number;
  /** Index after the last. */
  end: number;
}

/** The furthest that a list can be scrolled. */
export const lastTop = (count: number, rows: number): number => Math.max(0, count - rows);

/** Moves the window as little as needed for `index` to be inside, and never beyond the end. */
export function showing(top: number, index: number, rows: number, count: number): ScrollWindow {
  const lowest = Math.max(0, index - rows + 1);
  const wanted = Math.min(Math.max(top, lowest), Math.max(0, index));
  const first = Math.min(wanted, lastTop(count, rows));
  return { top: first, end: Math.min(count, first + Math.max(0, rows)) };
}
