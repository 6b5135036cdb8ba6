import type { Glyphs } from "../glyphs.ts";
import { cell, emptyLine, type Line } from "../line.ts";

const KEY_WIDTH = 20;

type Entry = readonly [what: string, meaning: string];

const keysOf = ({ arrows }: Glyphs): readonly Entry[] => [
  [`${arrows.vertical}  j k`, "one line"],
  ["PgUp PgDn  b space", "one page"],
  ["Home End  g G", "the first, the last"],
  [`${arrows.enter}  l`, "details of the selected endpoint"],
  ["/", "filter by name, address, group or tag; Enter keeps it, Esc clears it"],
  ["s  S", "next order, the other way round"],
  ["w", "past 10 minutes or past hour"],
  ["m", "every message sent, also before the last start"],
  ["e", "what happened since the start"],
  [`${arrows.horizontal}  h l`, "in the details: an older check, a newer one"],
  ["Esc", "back"],
  ["q  Ctrl-C", "stop watching and quit"],
];

const columnsOf = ({ verdict, failed }: Glyphs): readonly Entry[] => [
  [`${verdict.up} up`, "no region fails"],
  [`${verdict.degraded} degraded`, "some regions fail: which, and since when"],
  [`${verdict.down} down`, "the endpoint fails, and since when"],
  [`${verdict.unknown} unknown`, "no fresh check: just started, or ours can't be trusted"],
  [`${verdict.paused} paused`, "not checked, as its configuration says"],
  ["avail", "checks that succeeded of those that count"],
  ["avg  max  p95", "response time, name lookup included"],
  ["ttfb  max", "from the request sent to the first byte of the answer"],
  ["apdex", "1.00 is best; * fewer than 100 samples; NS no sample"],
  ["statuses", "how often which HTTP status, or kind of failure, was seen"],
  ["response", `response time, oldest left; ${failed} a failed check`],
];

const entryLine = ([what, meaning]: Entry): Line => ({
  key: what,
  cells: [
    cell({ text: `  ${what.padEnd(KEY_WIDTH)}`, tone: "accent" }),
    { pieces: [{ text: meaning }], grow: true },
  ],
});

const heading = (text: string): Line => ({ key: text, cells: [cell({ text: ` ${text}`, tone: "strong" })] });

/** Every key and every column, explained. */
export const helpLines = (glyphs: Glyphs): Line[] => [
  heading("Keys"),
  ...keysOf(glyphs).map(entryLine),
  emptyLine("gap"),
  heading("Columns"),
  ...columnsOf(glyphs).map(entryLine),
];
