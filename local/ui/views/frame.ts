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

/** The header in words, or in signs. */
function headerParts(snapshot: Snapshot, state: UiState, glyphs: Glyphs, words: boolean): [Piece[], Piece] {
  const { region } = snapshot.status;
  const place: Piece = { text: region === "" || !words ? "" : ` ${glyphs.dot} ${region}`, tone: "dim" };
  const name: Piece = { text: " Vigie", tone: "strong" };
  const readAt = snapshot.readAt[state.window] ?? snapshot.readAt["10m"];
  const time = readAt === null ? "reading" : `${timeText(readAt)} UTC`;
  const window = words ? windowNames[state.window] : state.window;
  return [
    [name, place, ...countPieces(snapshot, glyphs, words)],
    { text: `${window} ${glyphs.dot} ${time} `, tone: "dim" },
  ];
}

/** First line of every view: how many are in which state, and of when that is. */
export function headerLine(snapshot: Snapshot, state: UiState, columns: number, glyphs: Glyphs): Line {
  const inWords = headerParts(snapshot, state, glyphs, true);
  const fits = lengthOf([...inWords[0], inWords[1]]) + 2 <= columns;
  const [left, right] = fits ? inWords : headerParts(snapshot, state, glyphs, false);
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

type Hint = readonly [key: string, what: string];

function hintsOf({ view, sort, window }: UiState, { arrows }: Glyphs): Hint[] {
  const leave: Hint[] = [
    ["?", "help"],
    ["q", "quit"],
  ];
  if (view === "list")
    return [
      [arrows.vertical, "select"],
      [arrows.enter, "details"],
      ["/", "filter"],
      ["s", `sort: ${sort}`],
      ["w", window === "10m" ? "1 hour" : "10 min"],
      ["m", "messages"],
      ["e", "events"],
      ...leave,
    ];
  const scroll: Hint = [arrows.vertical, "scroll"];
  const back: Hint = ["Esc", "back"];
  if (view === "detail") return [back, [arrows.horizontal, "older or newer check"], scroll, ...leave];
  return [back, scroll, ["g G", "first, last"], ...leave];
}

/** As many hints as fit: those in the middle go first, help and quit stay. */
function fitting(hints: readonly Hint[], columns: number): readonly Hint[] {
  const width = hints.reduce((sum, [key, what]) => sum + key.length + what.length + 3, 0);
  if (width <= columns || hints.length <= 3) return hints;
  return fitting(hints.toSpliced(-3, 1), columns);
}

function filterPieces({ filter, typing }: UiState, found: number, glyphs: Glyphs): Piece[] {
  if (!typing && filter === "") return [];
  const cursor = typing ? glyphs.cursor : "";
  return [
    { text: ` / ${filter}${cursor}`, tone: "accent" },
    { text: ` ${found} found  `, tone: "dim" },
  ];
}

/** Last line: the filter, and what can be done here. */
export function footerLine(state: UiState, found: number, columns: number, glyphs: Glyphs): Line {
  const filter = filterPieces(state, found, glyphs);
  const hints: readonly Hint[] = state.typing
    ? [
        ["Enter", "keep"],
        ["Esc", "clear"],
      ]
    : [...(filter.length > 0 ? [["Esc", "clear"] as const] : []), ...hintsOf(state, glyphs)];
  const pieces = fitting(hints, columns - lengthOf(filter) - 1).flatMap(([key, what]): Piece[] => [
    { text: ` ${key}`, tone: "accent" },
    { text: ` ${what} `, tone: "dim" },
  ]);
  return { key: "footer", cells: [{ pieces: [...filter, ...pieces], grow: true }] };
}
