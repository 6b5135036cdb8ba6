import type { SortKey } from "./order.ts";
import { otherWindow, type ShownWindow } from "./source.ts";

export type ColumnId =
  | "verdict"
  | "name"
  | "group"
  | "availability"
  | "average"
  | "max"
  | "p95"
  | "ttfb"
  | "ttfbMax"
  | "apdex"
  | "statuses"
  | "spark";

/** A column as it is placed: `other` tells that it shows the window that was not chosen. */
export interface Column {
  id: ColumnId;
  title: string;
  width: number;
  align: "left" | "right";
  other: boolean;
  sort: SortKey | null;
}

/** What fits into the width of a terminal. */
export interface Layout {
  columns: Column[];
  /** Both windows are shown side by side. */
  both: boolean;
}

/** The bar that marks the selected line, and a space. */
export const GUTTER = 2;
/** Between two columns. */
export const GAP = 2;
const RIGHT_MARGIN = 1;

const NAME_LEAST = 16;
/** Two windows only where names have this much. */
const NAME_BESIDE = 22;
const SPARK_LEAST = 10;
/** Two statuses with two digits each. */
const STATUSES_LEAST = 13;

type Spec = Omit<Column, "other">;

const numeric = (id: ColumnId, title: string, width: number, sort: SortKey | null = null): Spec => ({
  id,
  title,
  width,
  align: "right",
  sort,
});

const text = (id: ColumnId, title: string, width: number, sort: SortKey | null = null): Spec => ({
  id,
  title,
  width,
  align: "left",
  sort,
});

/** From left to right. */
const inOrder: readonly Spec[] = [
  text("verdict", "state", 10, "worst"),
  text("name", "endpoint", NAME_LEAST, "name"),
  text("group", "group", 12),
  numeric("availability", "avail", 6, "availability"),
  numeric("average", "avg", 5, "average"),
  numeric("max", "max", 5),
  numeric("p95", "p95", 5, "p95"),
  numeric("ttfb", "ttfb", 5, "ttfb"),
  numeric("ttfbMax", "max", 5),
  numeric("apdex", "apdex", 5, "apdex"),
  text("statuses", "statuses", STATUSES_LEAST),
  text("spark", "response", SPARK_LEAST),
];

/** What no screen goes without, and what is added as long as there is room. */
const always: readonly ColumnId[] = ["verdict", "name", "availability", "average", "p95"];
const optional: readonly ColumnId[] = ["apdex", "spark", "max", "ttfb", "statuses", "ttfbMax", "group"];
/** The other window beside the chosen one, all or nothing. */
const beside: readonly ColumnId[] = ["availability", "average", "p95", "apdex", "spark"];

const widthOf = (columns: readonly { width: number }[]): number =>
  columns.reduce((sum, { width }) => sum + width + GAP, -GAP);

const pick = (ids: readonly ColumnId[], other: boolean): Column[] =>
  inOrder.filter(({ id }) => ids.includes(id)).map((spec) => ({ ...spec, other }));

function chosen(room: number): ColumnId[] {
  let ids = [...always];
  for (const id of optional) if (widthOf(pick([...ids, id], false)) <= room) ids = [...ids, id];
  return ids;
}

/** More characters than minutes would say nothing more. */
const sparkMost: Record<ShownWindow, number> = { "10m": 10, "1h": 60 };

/** Steps in which a column may grow, in this order: names become readable, then curves longer. */
const growth: readonly (readonly [ColumnId, number])[] = [
  ["name", 24],
  ["spark", 20],
  ["statuses", 16],
  ["name", 30],
  ["statuses", 20],
  ["spark", 30],
  ["group", 18],
  ["spark", 60],
  ["name", 60],
];

/** How much wider a column becomes when it may grow to `most`. Curves grow in whole steps, at which minutes divide evenly. */
function growthOf(column: Column, most: number, spare: number, window: ShownWindow): number {
  const wanted = Math.max(0, most - column.width);
  if (column.id !== "spark") return Math.min(spare, wanted);
  const useful = sparkMost[column.other ? otherWindow(window) : window];
  return wanted <= spare && most <= useful ? wanted : 0;
}

/** Gives what is left over to the columns that gain by it. */
function grown(columns: readonly Column[], room: number, window: ShownWindow): Column[] {
  const placed = columns.map((column) => ({ ...column }));
  for (const [id, most] of growth)
    for (const column of placed)
      if (column.id === id) column.width += growthOf(column, most, room - widthOf(placed), window);
  return placed;
}

/** The columns for a terminal so wide, the numbers of `window` first; below 60 the right ones are cut off. */
export function layoutFor(terminalColumns: number, window: ShownWindow): Layout {
  const room = terminalColumns - GUTTER - RIGHT_MARGIN;
  const own = pick(chosen(room), false);
  const together = [...own, ...pick(beside, true)];
  const both = own.length === inOrder.length && widthOf(together) <= room - NAME_BESIDE + NAME_LEAST;
  return { columns: grown(both ? together : own, Math.max(room, widthOf(own)), window), both };
}
