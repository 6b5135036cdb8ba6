import { clean } from "../clean.ts";
import { layoutFor } from "../columns.ts";
import { momentText } from "../format.ts";
import type { Glyphs } from "../glyphs.ts";
import { cell, emptyLine, type Line, type Piece, textLine } from "../line.ts";
import { filtered, sorted } from "../order.ts";
import type { ShownRow, Snapshot } from "../rows.ts";
import { type ScrollWindow, showing } from "../scroll.ts";
import { checkIndex, selectedIndex, type UiContext, type UiState } from "../state.ts";
import { checkKey, detailLines } from "./detail.ts";
import { bannerLines, footerLine, headerLine, ruleLine } from "./frame.ts";
import { helpLines } from "./help.ts";
import { eventLines, latestMessages, messageLines } from "./messages.ts";
import { headingLines, type RowLook, rowLine, verdictTones } from "./row.ts";

export interface Size {
  columns: number;
  rows: number;
}

/** A whole screen, and what keys have to know about it. */
export interface Screen {
  lines: Line[];
  context: UiContext;
}

export interface ScreenInput {
  snapshot: Snapshot;
  state: UiState;
  /** The rows of the snapshot as `orderedRows` chooses and sorts them. */
  ordered: readonly ShownRow[];
  size: Size;
  glyphs: Glyphs;
}

/** The rows that match the filter, in the order chosen. */
export function orderedRows(
  rows: readonly ShownRow[],
  { window, sort, reversed, filter }: Pick<UiState, "window" | "sort" | "reversed" | "filter">,
): ShownRow[] {
  const sortable = filtered(
    rows.map((row) => ({ ...row, stats: row.windows[window]?.stats ?? null, row })),
    filter,
  );
  return sorted(sortable, sort, reversed).map(({ row }) => row);
}

/** Lines of messages below a list on a screen so high. */
function messageRows(rows: number): number {
  if (rows >= 45) return 8;
  if (rows >= 32) return 5;
  if (rows >= 20) return 3;
  return rows >= 14 ? 1 : 0;
}

/** Exactly so many lines. */
function filledTo(lines: readonly Line[], rows: number, key: string): Line[] {
  const missing = Math.max(0, rows - lines.length);
  return [...lines.slice(0, rows), ...Array.from({ length: missing }, (_, i) => emptyLine(`${key}-${i}`))];
}

function emptyListLine({ snapshot, state }: ScreenInput): Line {
  const text =
    snapshot.readAt["10m"] === null
      ? "Reading what is known so far."
      : state.filter === ""
        ? "No endpoints yet: add some to the configuration, it is read again when you save it."
        : `Nothing matches ${state.filter}.`;
  return textLine("empty", { text: `  ${text}`, tone: "dim" });
}

/** What the selected endpoint's verdict is about, where it is not simply up. */
function verdictPiece({ now: { verdict, since, failing } }: ShownRow, at: number): Piece[] {
  if (since === null || (verdict !== "down" && verdict !== "degraded")) return [];
  const where =
    failing.length === 0 || verdict === "down"
      ? ""
      : ` in ${failing.map(({ region }) => clean(region)).join(", ")}`;
  const text = `  ${verdict}${where} since ${momentText(since, at)} UTC`;
  return [{ text, tone: verdictTones[verdict] }];
}

/** Below the list: the address of the selected endpoint, and where in the list this is. */
function selectionLine(row: ShownRow | undefined, shown: ScrollWindow, count: number, at: number): Line {
  const verdict = row === undefined ? [] : verdictPiece(row, at);
  const where = count === 0 ? "" : `${shown.top + 1}-${shown.end} of ${count} `;
  return {
    key: "selection",
    cells: [
      { pieces: [{ text: `  ${row?.url ?? ""}`, tone: "dim" }, ...verdict], grow: true },
      cell({ text: ` ${where}`, tone: "dim" }),
    ],
  };
}

function listScreen(input: ScreenInput): Screen {
  const { snapshot, state, ordered, size, glyphs } = input;
  const look: RowLook = {
    layout: layoutFor(size.columns, state.window),
    glyphs,
    window: state.window,
    now: snapshot.at,
  };
  const head = [
    headerLine(snapshot, state, size.columns, glyphs),
    ...bannerLines(snapshot, size.columns),
    ...headingLines(look, state.sort, state.reversed),
  ];
  const most = messageRows(size.rows);
  const messages = most === 0 ? [] : latestMessages(snapshot, most, glyphs);
  const rule =
    most === 0 ? [] : [ruleLine("rule", [{ text: "messages", tone: "dim" }], size.columns, glyphs)];
  const rows = Math.max(1, size.rows - head.length - 1 - rule.length - messages.length - 1);
  const ids = ordered.map(({ id }) => id);
  const index = selectedIndex(state, ids);
  const shown = showing(state.top, index, rows, ids.length);
  const list = ordered
    .slice(shown.top, shown.end)
    .map((row, i) => rowLine(row, shown.top + i === index, look));
  return {
    lines: [
      ...head,
      ...filledTo(list.length === 0 ? [emptyListLine(input)] : list, rows, "no-row"),
      selectionLine(ordered[index], shown, ids.length, snapshot.at),
      ...rule,
      ...messages,
      footerLine(state, ids.length, size.columns, glyphs),
    ],
    context: { ids, rows, lines: 0, checks: [] },
  };
}

const checkKeys = ({ detail }: Snapshot): string[] => (detail?.checks ?? []).map(checkKey);

const titles = { detail: "", messages: "all messages", events: "events since the start", help: "help" };

function bodyOf(input: ScreenInput): Line[] {
  const { snapshot, state, size, glyphs } = input;
  switch (state.view) {
    case "messages":
      return messageLines(snapshot, glyphs);
    case "events":
      return eventLines(snapshot, glyphs);
    case "help":
      return helpLines(glyphs);
    default: {
      const row = snapshot.rows.find(({ id }) => id === state.detail);
      if (row === undefined)
        return [textLine("gone", { text: "  This endpoint is no longer watched.", tone: "dim" })];
      const detail = snapshot.detail?.id === row.id ? snapshot.detail : null;
      return detailLines({
        row,
        detail,
        check: checkIndex(state, checkKeys(snapshot)),
        columns: size.columns,
        now: snapshot.at,
        glyphs,
      });
    }
  }
}

/** Every view but the list: lines that scroll below the header. */
function pageScreen(view: Exclude<UiState["view"], "list">, input: ScreenInput): Screen {
  const { snapshot, state, ordered, size, glyphs } = input;
  const title = titles[view];
  const head = [
    headerLine(snapshot, state, size.columns, glyphs),
    ...bannerLines(snapshot, size.columns),
    ...(title === "" ? [] : [ruleLine("rule", [{ text: title, tone: "strong" }], size.columns, glyphs)]),
  ];
  const body = bodyOf(input);
  const rows = Math.max(1, size.rows - head.length - 1);
  const { top, end } = showing(state.offset, state.offset, rows, body.length);
  return {
    lines: [
      ...head,
      ...filledTo(body.slice(top, end), rows, "blank"),
      footerLine(state, ordered.length, size.columns, glyphs),
    ],
    context: {
      ids: ordered.map(({ id }) => id),
      rows,
      lines: body.length,
      checks: checkKeys(snapshot),
    },
  };
}

/** The screen as lines, never more than it has rows. */
export function screenOf(input: ScreenInput): Screen {
  const { state, size } = input;
  const { lines, context } = state.view === "list" ? listScreen(input) : pageScreen(state.view, input);
  const tooMany = lines.length - size.rows;
  const footer = lines.slice(-1);
  return { lines: tooMany > 0 ? [...lines.slice(0, size.rows - 1), ...footer] : lines, context };
}
