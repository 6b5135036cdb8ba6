import { lengthOf, timeText, wrapWords } from "../format.ts";
import type { Glyphs } from "../glyphs.ts";
import { cell, type Line, type Piece } from "../line.ts";
import type { Snapshot } from "../rows.ts";
import type { ShownVerdict } from "../source.ts";
import type { UiState } from "../state.ts";
import { verdictTones } from "./row.ts";

const verdictOrder: readonly ShownVerdict[] = ["down", "degraded", "unknown", "up", "paused"];

function countPieces({ rows }: Snapshot, glyphs: Glyphs, words: boolean): Piece[] {
  const counts = new Map<ShownVerdict, number>();
  for (const { now } of rows) counts.set(now.verdict, (counts.get(now.verdict) ?? 0) + 1);
  return verdictOrder.flatMap((verdict): Piece[] => {
    const count = counts.get(verdict) ?? 0;
    const text = `  ${glyphs.verdict[verdict]} ${count}${words ? ` ${verdict}` : ""}`;
    return count === 0 ? [] : [{ text, tone: verdictTones[verdict] }];
  });
}

const windowNames = { "10m": "past 10 minutes", "1h": "past hour" };

interface HeaderLook {
  /** Verdicts by name, not by their sign alone. */
  words: boolean;
  place: boolean;
  /** The window by name. */
  window: boolean;
}

/** From the fullest to the one that fits everywhere. */
const headerLooks: readonly HeaderLook[] = [
  { words: true, place: true, window: true },
  { words: true, place: true, window: false },
  { words: true, place: false, window: false },
];
const plainestLook: HeaderLook = { words: false, place: false, window: false };

function headerParts(snapshot: Snapshot, state: UiState, glyphs: Glyphs, look: HeaderLook): [Piece[], Piece] {
  const { region } = snapshot.status;
  const place: Piece = { text: region === "" || !look.place ? "" : ` ${glyphs.dot} ${region}`, tone: "dim" };
  const name: Piece = { text: " Vigie", tone: "strong" };
  const readAt = snapshot.readAt[state.window] ?? snapshot.readAt["10m"];
  const time = readAt === null ? "reading" : `${timeText(readAt)} UTC`;
  const window = look.window ? windowNames[state.window] : state.window;
  return [
    [name, place, ...countPieces(snapshot, glyphs, look.words)],
    { text: `${window} ${glyphs.dot} ${time} `, tone: "dim" },
  ];
}

/** First line of every view: how many are in which state, and of when that is. */
export function headerLine(snapshot: Snapshot, state: UiState, columns: number, glyphs: Glyphs): Line {
  const partsFor = (look: HeaderLook) => headerParts(snapshot, state, glyphs, look);
  const fits = (look: HeaderLook) => lengthOf(partsFor(look).flat()) + 2 <= columns;
  const [left, right] = partsFor(headerLooks.find(fits) ?? plainestLook);
  return { key: "header", cells: [{ pieces: left, grow: true }, cell(right)] };
}

const MOST_LINES = 3;

/** What is wrong with us, in front of everything: nobody should blame a target for it. */
export function bannerLines({ status, problem }: Snapshot, columns: number): Line[] {
  const texts = [...(problem === null ? [] : [`what is shown is old: ${problem}`]), ...status.troubles];
  return texts.flatMap((text, i) =>
    wrapWords(text, Math.max(20, columns - 3), MOST_LINES).map(
      (part, j): Line => ({
        key: `banner-${i}-${j}`,
        cells: [{ pieces: [{ text: ` ${j === 0 ? "! " : "  "}${part}`, tone: "alarm" }], grow: true }],
      }),
    ),
  );
}

/** A rule with a title in it. */
export function ruleLine(key: string, title: Piece[], columns: number, glyphs: Glyphs): Line {
  return {
    key,
    cells: [
      cell({ text: `${glyphs.rule.repeat(2)} `, tone: "dim" }, ...title, {
        text: ` ${glyphs.rule.repeat(Math.max(0, columns - lengthOf(title) - 4))}`,
        tone: "dim",
      }),
    ],
  };
}

/** A key and what it does; where there is no room those with the highest `spare` go first. */
interface Hint {
  key: string;
  what: string;
  spare: number;
}

const hint = (key: string, what: string, spare: number): Hint => ({ key, what, spare });

function hintsOf({ view, window }: UiState, { arrows }: Glyphs): Hint[] {
  const leave = [hint("?", "help", 1), hint("q", "quit", 0)];
  if (view === "list")
    return [
      hint(arrows.vertical, "select", 9),
      hint(arrows.enter, "details", 2),
      hint("/", "filter", 3),
      hint("s", "sort", 5),
      hint("w", window === "10m" ? "1 hour" : "10 min", 6),
      hint("m", "messages", 4),
      hint("e", "events", 7),
      ...leave,
    ];
  const scroll = hint(arrows.vertical, "scroll", 5);
  const back = hint("Esc", "back", 2);
  if (view === "detail") return [back, hint(arrows.horizontal, "older, newer check", 3), scroll, ...leave];
  return [back, scroll, hint("g G", "first, last", 6), ...leave];
}

/** As many hints as fit. */
function fitting(hints: readonly Hint[], columns: number): readonly Hint[] {
  const width = hints.reduce((sum, { key, what }) => sum + key.length + what.length + 3, 0);
  const most = Math.max(...hints.map(({ spare }) => spare));
  if (width <= columns || most <= 0) return hints;
  return fitting(
    hints.filter(({ spare }) => spare < most),
    columns,
  );
}

function filterPieces({ view, filter, typing }: UiState, found: number, glyphs: Glyphs): Piece[] {
  if (view !== "list" || (!typing && filter === "")) return [];
  const cursor = typing ? glyphs.cursor : "";
  return [
    { text: ` / ${filter}${cursor}`, tone: "accent" },
    { text: ` ${found} found  `, tone: "dim" },
  ];
}

const typingHints = [hint("Enter", "keep", 1), hint("Esc", "clear", 0)];

/** Last line: the filter, and what can be done here. */
export function footerLine(state: UiState, found: number, columns: number, glyphs: Glyphs): Line {
  const filter = filterPieces(state, found, glyphs);
  const clear = filter.length > 0 ? [hint("Esc", "clear", 2)] : [];
  const hints = state.typing ? typingHints : [...clear, ...hintsOf(state, glyphs)];
  const pieces = fitting(hints, columns - lengthOf(filter)).flatMap(({ key, what }): Piece[] => [
    { text: ` ${key}`, tone: "accent" },
    { text: ` ${what} `, tone: "dim" },
  ]);
  return { key: "footer", cells: [{ pieces: [...filter, ...pieces], grow: true }] };
}
