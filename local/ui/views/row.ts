import { clean } from "../clean.ts";
import { type Column, GAP, GUTTER, type Layout } from "../columns.ts";
import { ageText, apdexText, availabilityText, lengthOf, msText, NONE, statusPieces } from "../format.ts";
import type { Glyphs } from "../glyphs.ts";
import type { Cell, Line, Piece, Tone } from "../line.ts";
import type { ShownRow, WindowNumbers } from "../rows.ts";
import { otherWindow, type ShownVerdict, type ShownWindow, type VerdictNow } from "../source.ts";
import { latestPoints, sparkline } from "../sparkline.ts";

export interface RowLook {
  layout: Layout;
  glyphs: Glyphs;
  window: ShownWindow;
  now: number;
}

export const verdictTones: Record<ShownVerdict, Tone> = {
  up: "good",
  degraded: "warn",
  down: "bad",
  unknown: "unknown",
  paused: "dim",
};

/** The minutes that a window's sparkline covers. */
const POINTS: Record<ShownWindow, number> = { "10m": 10, "1h": 60 };

const isTroubled = (verdict: ShownVerdict): boolean => verdict === "down" || verdict === "degraded";

/** What a troubled endpoint's name is followed by: where it fails, unless everywhere, and since when. */
function noteOf({ verdict, since, failing }: VerdictNow, now: number, most: number): string {
  if (!isTroubled(verdict)) return "";
  const age = since === null ? "" : ageText(now - since);
  const [first] = failing;
  if (verdict === "down" || first === undefined) return age;
  const more = failing.length > 1 ? ` +${failing.length - 1}` : "";
  const room = most - age.length - more.length - 1;
  return `${clean(first.region).slice(0, Math.max(0, room))}${more} ${age}`.trim();
}

/** Columns that a text takes at the most. */
const columnsOf = (text: string): number => (/^[\x20-\x7e]*$/.test(text) ? text.length : 2 * text.length);

function nameCells(row: ShownRow, width: number, selected: boolean, now: number): Cell[] {
  const { verdict } = row.now;
  const note = noteOf(row.now, now, Math.max(Math.floor(width / 2), width - 1 - columnsOf(row.title)));
  const tone: Tone = selected || isTroubled(verdict) ? "strong" : verdict === "paused" ? "dim" : "plain";
  const title: Cell = {
    pieces: [{ text: row.title, tone }],
    width: note === "" ? width : width - note.length - 1,
  };
  const noteCell: Cell = { pieces: [{ text: ` ${note}`, tone: verdictTones[verdict] }] };
  return note === "" ? [title] : [title, noteCell];
}

type Draw = (numbers: WindowNumbers, width: number, look: RowLook, window: ShownWindow) => Piece[];

const timing = (ms: number | null): Piece[] => [{ text: msText(ms), tone: ms === null ? "dim" : "plain" }];

function availabilityPieces(share: number | null): Piece[] {
  const tone: Tone = share === null ? "dim" : share === 1 ? "plain" : share > 0.8 ? "warn" : "bad";
  return [{ text: availabilityText(share), tone }];
}

const numberCells: Partial<Record<Column["id"], Draw>> = {
  availability: ({ stats }) => availabilityPieces(stats.availability),
  average: ({ stats }) => timing(stats.response.avgMs),
  max: ({ stats }) => timing(stats.response.maxMs),
  p95: ({ stats }) => timing(stats.response.p95Ms),
  ttfb: ({ stats }) => timing(stats.firstByte.avgMs),
  ttfbMax: ({ stats }) => timing(stats.firstByte.maxMs),
  apdex: ({ stats: { apdex } }) => [{ text: apdexText(apdex), tone: apdexTone(apdex.score) }],
  statuses: ({ stats }, width, { glyphs }) => statusPieces(stats.byStatus, width, glyphs.times),
  spark: ({ series, stats }, width, { glyphs }, window) =>
    sparkline(latestPoints(series, POINTS[window]), { width, glyphs, fullMs: stats.apdex.targetMs }),
};

/** Below 0.5 the specification calls it unacceptable, below 0.7 poor. */
function apdexTone(score: number | null): Tone {
  if (score === null) return "dim";
  if (score >= 0.7) return "plain";
  return score >= 0.5 ? "warn" : "bad";
}

/** Pieces set to a column's width; they are of one-column characters. */
function aligned(pieces: Piece[], { width, align }: Column): Piece[] {
  const missing = Math.max(0, width - lengthOf(pieces));
  const space: Piece[] = missing === 0 ? [] : [{ text: " ".repeat(missing) }];
  return align === "right" ? [...space, ...pieces] : [...pieces, ...space];
}

function cellsOf(column: Column, row: ShownRow, selected: boolean, look: RowLook): Cell[] {
  const { verdict } = row.now;
  if (column.id === "verdict") {
    const mark: Piece = { text: look.glyphs.verdict[verdict], tone: verdictTones[verdict] };
    const word: Piece = { text: ` ${verdict}`, tone: verdict === "up" ? "dim" : verdictTones[verdict] };
    return [{ pieces: aligned([mark, word], column) }];
  }
  if (column.id === "name") return nameCells(row, column.width, selected, look.now);
  if (column.id === "group") return [{ pieces: [{ text: row.group, tone: "dim" }], width: column.width }];
  const window = column.other ? otherWindow(look.window) : look.window;
  const numbers = row.windows[window];
  const draw = numberCells[column.id];
  if (numbers === null || draw === undefined)
    return [{ pieces: aligned([{ text: NONE, tone: "dim" }], column) }];
  return [{ pieces: aligned(draw(numbers, column.width, look, window), column) }];
}

/** Neighbours without a width of their own become one: fewer boxes to lay out. */
export function joined(cells: readonly Cell[]): Cell[] {
  const result: Cell[] = [];
  for (const one of cells) {
    const last = result.at(-1);
    const free = one.width === undefined && one.grow !== true;
    if (free && last !== undefined && last.width === undefined && last.grow !== true)
      last.pieces.push(...one.pieces);
    else result.push({ ...one, pieces: [...one.pieces] });
  }
  return result;
}

/** One endpoint as a line of the list. */
export function rowLine(row: ShownRow, selected: boolean, look: RowLook): Line {
  const gap: Cell = { pieces: [{ text: " ".repeat(GAP) }] };
  const bar: Cell = { pieces: [{ text: selected ? `${look.glyphs.bar} ` : "  ", tone: "accent" }] };
  const cells = look.layout.columns.flatMap((column, i) => [
    ...(i === 0 ? [bar] : [gap]),
    ...cellsOf(column, row, selected, look),
  ]);
  return { key: row.id, cells: joined(cells) };
}

const WINDOW_NAMES: Record<ShownWindow, string> = { "10m": "10 minutes", "1h": "hour" };

/** Which window's numbers stand where, when there are two. */
function windowsLine({ layout, window }: RowLook): Line[] {
  if (!layout.both) return [];
  const before = (id: number) =>
    layout.columns.slice(0, id).reduce((sum, { width }) => sum + width + GAP, GUTTER);
  const own = layout.columns.findIndex(({ id }) => id === "availability");
  const other = layout.columns.findIndex((column) => column.other);
  const first = `${" ".repeat(before(own))}past ${WINDOW_NAMES[window]}`;
  const text = `${first.padEnd(before(other))}past ${WINDOW_NAMES[otherWindow(window)]}`;
  return [{ key: "windows", cells: [{ pieces: [{ text, tone: "dim" }] }] }];
}

/** The mark stands in the gap before numbers, and behind words. */
function headingPieces(column: Column, i: number, mark: string): Piece[] {
  const tone: Tone = mark === "" ? "dim" : "accent";
  const gap = " ".repeat(i === 0 ? GUTTER : GAP);
  if (column.align === "left")
    return [{ text: gap }, ...aligned([{ text: `${column.title}${mark}`, tone }], column)];
  const title = `${mark}${column.title}`;
  return [{ text: title.padStart(column.width + GAP), tone }];
}

/** The headings of the list; the column it is sorted by is marked. */
export function headingLines(look: RowLook, sort: string, reversed: boolean): Line[] {
  const mark = reversed ? look.glyphs.ascending : look.glyphs.descending;
  const pieces = look.layout.columns.flatMap((column, i) =>
    headingPieces(column, i, column.sort === sort && !column.other ? mark : ""),
  );
  return [...windowsLine(look), { key: "headings", cells: [{ pieces }] }];
}
