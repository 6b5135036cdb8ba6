import { type Command, step, type UiContext, type UiState, type View } from "./state.ts";

/** A key as Ink reports it; only what is used. */
export interface Press {
  input: string;
  upArrow?: boolean;
  downArrow?: boolean;
  leftArrow?: boolean;
  rightArrow?: boolean;
  pageUp?: boolean;
  pageDown?: boolean;
  home?: boolean;
  end?: boolean;
  return?: boolean;
  escape?: boolean;
  ctrl?: boolean;
  meta?: boolean;
  backspace?: boolean;
  delete?: boolean;
}

const named: readonly (readonly [keyof Press, Command])[] = [
  ["upArrow", { do: "move", by: -1 }],
  ["downArrow", { do: "move", by: 1 }],
  ["pageUp", { do: "page", by: -1 }],
  ["pageDown", { do: "page", by: 1 }],
  ["home", { do: "first" }],
  ["end", { do: "last" }],
];

const letters: Readonly<Record<string, Command>> = {
  q: { do: "quit", by: "q" },
  k: { do: "move", by: -1 },
  j: { do: "move", by: 1 },
  " ": { do: "page", by: 1 },
  b: { do: "page", by: -1 },
  g: { do: "first" },
  G: { do: "last" },
  m: { do: "open", view: "messages" },
  e: { do: "open", view: "events" },
  "?": { do: "open", view: "help" },
};

/** Letters that mean something in one view only. */
const own: Partial<Record<View, Readonly<Record<string, Command>>>> = {
  list: {
    w: { do: "window" },
    s: { do: "sort" },
    S: { do: "reverse" },
    "/": { do: "filter" },
    l: { do: "open", view: "detail" },
  },
  detail: { h: { do: "check", by: 1 }, l: { do: "check", by: -1 } },
};

function namedCommand(press: Press, view: View): Command | null {
  const found = named.find(([key]) => press[key] === true);
  if (found !== undefined) return found[1];
  if (press.escape) return { do: "back" };
  if (press.return) return view === "list" ? { do: "open", view: "detail" } : null;
  if (view !== "detail") return null;
  if (press.leftArrow) return { do: "check", by: 1 };
  return press.rightArrow ? { do: "check", by: -1 } : null;
}

/** While the filter is typed letters are letters; the list can still be walked. */
function typingCommand(press: Press): Command | null {
  const found = named.find(([key]) => press[key] === true);
  if (found !== undefined) return found[1];
  if (press.escape) return { do: "back" };
  if (press.return) return { do: "keep-filter" };
  if (press.backspace || press.delete) return { do: "erase" };
  return press.meta || /^\p{Cc}?$/u.test(press.input) ? null : { do: "type", text: press.input };
}

/** What a key means in the state it is pressed in; null: nothing. */
export function commandOf(press: Press, { view, typing }: Pick<UiState, "view" | "typing">): Command | null {
  if (press.ctrl) return press.input === "c" ? { do: "quit", by: "Ctrl-C" } : null;
  if (typing) return typingCommand(press);
  const one = namedCommand(press, view);
  if (one !== null || press.meta) return one;
  return own[view]?.[press.input] ?? letters[press.input] ?? null;
}

const controls: Readonly<Record<string, Partial<Press>>> = {
  "\r": { return: true },
  "\n": { return: true },
  "\b": { backspace: true },
  "\u007f": { backspace: true },
};

/** Keys typed fast, or pasted, may come as one input. */
function eachOf(press: Press): Press[] {
  const inputs = press.ctrl ? [] : [...press.input];
  return inputs.length > 1 ? inputs.map((input) => ({ ...press, input, ...controls[input] })) : [press];
}

/** One key more, or several: what they make of the state. */
export const pressed = (state: UiState, press: Press, context: UiContext): UiState =>
  eachOf(press).reduce((now, one) => {
    const command = commandOf(one, now);
    return command === null ? now : step(now, command, context);
  }, state);
