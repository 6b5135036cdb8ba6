import { Box, useInput, useWindowSize } from "ink";
import {
  createElement as h,
  type ReactNode,
  useEffect,
  useMemo,
  useReducer,
  useSyncExternalStore,
} from "react";
import type { Glyphs } from "./glyphs.ts";
import { type Press, pressed } from "./keys.ts";
import { LineView } from "./line-view.ts";
import type { Model } from "./model.ts";
import type { Snapshot } from "./rows.ts";
import { initialState, type UiContext, type UiState } from "./state.ts";
import type { Theme } from "./theme.ts";
import { orderedRows, screenOf } from "./views/screen.ts";

export interface AppProps {
  model: Model;
  glyphs: Glyphs;
  theme: Theme;
  /** The person wants to stop. */
  onQuit(by: "q" | "Ctrl-C"): void;
}

interface KeyAction {
  press: Press;
  context: UiContext;
}

const reduce = (state: UiState, { press, context }: KeyAction): UiState => pressed(state, press, context);

/** Screens of messages that are read before the end is reached. */
const AHEAD = 3;

/** Tells the model what the view needs. */
function useWants(model: Model, state: UiState, snapshot: Snapshot, rows: number): void {
  const watched = state.view === "detail" ? state.detail : null;
  useEffect(() => model.watch(watched), [model, watched]);
  const near = state.offset + AHEAD * rows > snapshot.messages.length;
  const wanted =
    state.view === "messages" && snapshot.moreMessages && near ? snapshot.messages.length * 2 : 0;
  useEffect(() => model.wantMessages(wanted), [model, wanted]);
}

/** The dashboard: the model's snapshot and the person's choices, drawn line by line. */
export function App({ model, glyphs, theme, onQuit }: AppProps): ReactNode {
  const snapshot = useSyncExternalStore(model.subscribe, model.snapshot);
  const [state, dispatch] = useReducer(reduce, initialState);
  const size = useWindowSize();
  const { window, sort, reversed, filter, quit } = state;
  const ordered = useMemo(
    () => orderedRows(snapshot.rows, { window, sort, reversed, filter }),
    [snapshot.rows, window, sort, reversed, filter],
  );
  const ink = useMemo(() => ({ theme, utf8: glyphs.utf8 }), [theme, glyphs]);
  const { lines, context } = screenOf({ snapshot, state, ordered, size, glyphs });
  useInput((input, key) => dispatch({ press: { ...key, input }, context }));
  useWants(model, state, snapshot, size.rows);
  useEffect(() => {
    if (quit !== null) onQuit(quit);
  }, [quit, onQuit]);
  return h(
    Box,
    { flexDirection: "column", width: size.columns, height: size.rows },
    ...lines.map((line) => h(LineView, { key: line.key, line, ink, columns: size.columns })),
  );
}
