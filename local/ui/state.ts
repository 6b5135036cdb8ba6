import { type SortKey, sortKeys } from "./order.ts";
import { lastTop, showing } from "./scroll.ts";
import { otherWindow, type ShownWindow } from "./source.ts";

export type View = "list" | "detail" | "messages" | "events" | "help";

/** What the person at the keyboard has chosen; what is shown of it depends on the data. */
export interface UiState {
  view: View;
  /** Where Escape goes back to, the nearest last. */
  back: View[];
  window: ShownWindow;
  sort: SortKey;
  reversed: boolean;
  filter: string;
  /** The filter is being typed. */
  typing: boolean;
  /** Id of the selected endpoint; null: always the first, whichever that is. */
  selected: string | null;
  /** First line shown of the list. */
  top: number;
  /** The endpoint whose details are shown. */
  detail: string | null;
  /** Which of its checks is taken apart; null: always the latest. */
  check: string | null;
  /** First line shown of every other view. */
  offset: number;
  /** Why the person wants to stop; null: doesn't. */
  quit: "q" | "Ctrl-C" | null;
}

export const initialState: UiState = {
  view: "list",
  back: [],
  window: "10m",
  sort: "worst",
  reversed: false,
  filter: "",
  typing: false,
  selected: null,
  top: 0,
  detail: null,
  check: null,
  offset: 0,
  quit: null,
};

/** What is on the screen when a key is pressed. */
export interface UiContext {
  /** The list as it is filtered and sorted. */
  ids: readonly string[];
  /** Lines of the list or the view that fit on the screen. */
  rows: number;
  /** All lines of the view, other than the list. */
  lines: number;
  /** Keys of the endpoint's checks in the detail view, latest first. */
  checks: readonly string[];
}

export type Command =
  | { do: "quit"; by: "q" | "Ctrl-C" }
  | { do: "move"; by: number }
  | { do: "page"; by: 1 | -1 }
  | { do: "first" }
  | { do: "last" }
  | { do: "open"; view: View }
  | { do: "back" }
  | { do: "check"; by: 1 | -1 }
  | { do: "window" }
  | { do: "sort" }
  | { do: "reverse" }
  | { do: "filter" }
  | { do: "type"; text: string }
  | { do: "erase" }
  | { do: "keep-filter" };

/** Where the selected endpoint stands in the list; the first when it is none of them. */
export const selectedIndex = ({ selected }: UiState, ids: readonly string[]): number =>
  selected === null ? 0 : Math.max(0, ids.indexOf(selected));

/** Where the chosen check stands among all; the latest when it is none of them any more. */
export const checkIndex = ({ check }: Pick<UiState, "check">, checks: readonly string[]): number =>
  check === null ? 0 : Math.max(0, checks.indexOf(check));

/** Selects by index. The first line stays "the first": whatever gets worst is under the eye then. */
function select(state: UiState, index: number, { ids, rows }: UiContext): UiState {
  const at = Math.min(Math.max(0, index), ids.length - 1);
  const { top } = showing(state.top, Math.max(0, at), rows, ids.length);
  return { ...state, selected: at <= 0 ? null : (ids[at] ?? null), top };
}

const scrollTo = (state: UiState, offset: number, { lines, rows }: UiContext): UiState => ({
  ...state,
  offset: Math.min(Math.max(0, offset), lastTop(lines, rows)),
});

function move(state: UiState, by: number, context: UiContext): UiState {
  return state.view === "list"
    ? select(state, selectedIndex(state, context.ids) + by, context)
    : scrollTo(state, state.offset + by, context);
}

function edge(state: UiState, where: "first" | "last", context: UiContext): UiState {
  const last = state.view === "list" ? context.ids.length - 1 : context.lines;
  return state.view === "list"
    ? select(state, where === "first" ? 0 : last, context)
    : scrollTo(state, where === "first" ? 0 : last, context);
}

function open(state: UiState, view: View, { ids }: UiContext): UiState {
  if (view === state.view) return goBack(state);
  const detail = view === "detail" ? (ids[selectedIndex(state, ids)] ?? null) : state.detail;
  if (view === "detail" && detail === null) return state;
  const back = [...state.back.filter((one) => one !== view), state.view];
  return { ...state, view, back, detail, offset: 0, check: view === "detail" ? null : state.check };
}

/** Escape leads to the view before, and on the list takes the filter away. */
function goBack(state: UiState): UiState {
  const view = state.back.at(-1);
  if (view === undefined) return { ...state, filter: "", typing: false };
  return { ...state, view, back: state.back.slice(0, -1), offset: 0 };
}

/** A new order or choice starts at its top. */
const fromTop = (state: UiState): UiState => ({ ...state, selected: null, top: 0 });

/** Walks along the checks. The latest stays "the latest", whichever that is. */
function chooseCheck(state: UiState, by: number, { checks }: UiContext): UiState {
  const at = Math.min(checkIndex(state, checks) + by, checks.length - 1);
  return { ...state, check: at <= 0 ? null : (checks[at] ?? null) };
}

const nextSort = (sort: SortKey): SortKey =>
  sortKeys[(sortKeys.indexOf(sort) + 1) % sortKeys.length] ?? "worst";

const FILTER_LONGEST = 60;

/** One step of the dashboard: what a command makes of the state, given what is on the screen. */
export function step(state: UiState, command: Command, context: UiContext): UiState {
  switch (command.do) {
    case "quit":
      return { ...state, quit: command.by };
    case "move":
      return move(state, command.by, context);
    case "page":
      return move(state, command.by * Math.max(1, context.rows - 1), context);
    case "first":
    case "last":
      return edge(state, command.do, context);
    case "open":
      return open(state, command.view, context);
    case "back":
      return goBack(state);
    case "check":
      return chooseCheck(state, command.by, context);
    case "window":
      return { ...state, window: otherWindow(state.window) };
    case "sort":
      return fromTop({ ...state, sort: nextSort(state.sort), reversed: false });
    case "reverse":
      return fromTop({ ...state, reversed: !state.reversed });
    case "filter":
      return { ...state, typing: true };
    case "type":
      return fromTop({ ...state, filter: (state.filter + command.text).slice(0, FILTER_LONGEST) });
    case "erase":
      return fromTop({ ...state, filter: [...state.filter].slice(0, -1).join("") });
    case "keep-filter":
      return { ...state, typing: false };
  }
}
