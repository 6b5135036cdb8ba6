import { formatApdex } from "../../../lib/core/apdex/apdex.ts";
import { type CheckRecord, failureOf } from "../../../lib/core/check/record.ts";
import { formatDuration } from "../../../lib/core/endpoint/duration.ts";
import type { Stats } from "../../../lib/core/history/stats.ts";
import type { Incident } from "../../../lib/core/incident/incident.ts";
import { duration, percent } from "../../../lib/core/incident/messages.ts";
import { clean } from "../clean.ts";
import { availabilityText, momentText, msText, statusPieces, timeText } from "../format.ts";
import type { Glyphs } from "../glyphs.ts";
import { cell, emptyLine, type Line, type Piece, type Tone, textLine } from "../line.ts";
import type { ShownRow } from "../rows.ts";
import type { EndpointDetail, ShownWindow } from "../source.ts";
import { curveOf, latestPoints } from "../sparkline.ts";
import { verdictTones } from "./row.ts";
import { waterfallLines } from "./waterfall.ts";

export interface DetailLook {
  row: ShownRow;
  detail: EndpointDetail | null;
  /** Index of the check that is taken apart. */
  check: number;
  columns: number;
  now: number;
  glyphs: Glyphs;
}

const heading = (text: string, note = ""): Line =>
  textLine(text, { text: ` ${text}`, tone: "strong" }, { text: note, tone: "dim" });

function titleLines({ row, now, glyphs }: DetailLook): Line[] {
  const { verdict, since, failing } = row.now;
  const tone = verdictTones[verdict];
  const age = since === null ? "" : ` since ${momentText(since, now)} UTC (${duration(now - since)})`;
  const tags = Object.entries(row.tags).map(([name, value]) => `${name}=${value}`);
  const facts = [row.url, `every ${formatDuration(row.intervalMs)}`, row.group, ...tags].filter(Boolean);
  const regions = failing.map(
    (one) => `${clean(one.region)} since ${momentText(one.since, now)} UTC (${duration(now - one.since)})`,
  );
  return [
    textLine(
      "title",
      { text: ` ${glyphs.verdict[verdict]} ${verdict}`, tone },
      { text: `  ${row.title}`, tone: "strong" },
      { text: age, tone: "dim" },
    ),
    textLine("facts", { text: `   ${facts.join(` ${glyphs.dot} `)}`, tone: "dim" }),
    ...(regions.length === 0
      ? []
      : [textLine("regions", { text: `   fails in ${regions.join(", ")}`, tone })]),
  ];
}

const statHeadings = ["", "avail", "avg", "p95", "p99", "max", "ttfb", "max", "checks"];
const STAT_WIDTHS = [13, 7, 8, 8, 8, 8, 8, 8, 8];

const statRow = (texts: readonly string[]): string =>
  texts
    .map((text, i) => (i === 0 ? text.padEnd(STAT_WIDTHS[i] ?? 0) : text.padStart(STAT_WIDTHS[i] ?? 0)))
    .join("");

function statTexts({ availability, response, firstByte, ok, failed }: Stats): string[] {
  return [
    availabilityText(availability),
    msText(response.avgMs),
    msText(response.p95Ms),
    msText(response.p99Ms),
    msText(response.maxMs),
    msText(firstByte.avgMs),
    msText(firstByte.maxMs),
    String(ok + failed),
  ];
}

const windowNames: Record<ShownWindow, string> = { "10m": "10 minutes", "1h": "hour" };

function statLines({ row, columns, glyphs }: DetailLook): Line[] {
  const shown: readonly ShownWindow[] = ["10m", "1h"];
  const numbers = shown.map((window): Line => {
    const stats = row.windows[window]?.stats;
    const texts = stats === undefined ? [] : statTexts(stats);
    return {
      key: `stats-${window}`,
      cells: [cell({ text: `   ${statRow([windowNames[window], ...texts])}` })],
    };
  });
  const more = shown.flatMap((window): Line[] => {
    const stats = row.windows[window]?.stats;
    if (stats === undefined) return [];
    const { apdex, byStatus, invalid } = stats;
    const ours = invalid === 0 ? "" : `  ${invalid} not counted (our own network)`;
    return [
      {
        key: `more-${window}`,
        cells: [
          cell(
            { text: `   ${windowNames[window].padEnd(13)}`, tone: "dim" },
            { text: `Apdex ${formatApdex(apdex)} ${apdex.rating}`.padEnd(33) },
            ...statusPieces(byStatus, Math.max(10, columns - 60), glyphs.times),
            { text: ours, tone: "dim" },
          ),
        ],
      },
    ];
  });
  const head: Line = {
    key: "stat-head",
    cells: [cell({ text: `   ${statRow(statHeadings)}`, tone: "dim" })],
  };
  return [head, ...numbers, ...more];
}

const CURVE_HEIGHT = 3;

function curveLines({ row, columns, glyphs }: DetailLook): Line[] {
  const hour = row.windows["1h"];
  if (hour === null) return [];
  const width = columns >= 66 ? 60 : 30;
  const peak = Math.max(0, ...hour.series.map(({ avgMs }) => avgMs ?? 0));
  const curve = curveOf(latestPoints(hour.series, 60), { width, height: CURVE_HEIGHT, fullMs: 1, glyphs });
  return [
    heading("Response time, past hour", peak === 0 ? "" : `  slowest minute ${msText(peak)}`),
    ...curve.map((pieces, i): Line => ({ key: `curve-${i}`, cells: [cell({ text: "   " }, ...pieces)] })),
  ];
}

function outcomeOf(record: CheckRecord): Piece {
  const failure = failureOf(record);
  if (record.invalid !== undefined) return { text: `not counted: ${clean(record.invalid)}`, tone: "unknown" };
  if (failure === null) return { text: "ok", tone: "good" };
  return { text: `${failure.type}: ${clean(failure.message)}`, tone: "bad" };
}

function checkLine(record: CheckRecord, chosen: boolean, { glyphs, now }: DetailLook): Line {
  const flags = record.flags.length === 0 ? "" : `  (${record.flags.join(", ")})`;
  const status = String(record.status ?? "").padStart(3);
  return {
    key: `check-${checkKey(record)}`,
    cells: [
      cell(
        { text: chosen ? ` ${glyphs.bar} ` : "   ", tone: "accent" },
        { text: `${momentText(record.scheduledAt, now)}  `, tone: chosen ? "strong" : "dim" },
        { text: `${status} ${msText(record.totalMs).padStart(6)}  ` },
      ),
      {
        pieces: [outcomeOf(record), { text: `${flags}  ${clean(record.region)}`, tone: "dim" }],
        grow: true,
      },
    ],
  };
}

/** Tells checks of one endpoint apart. */
export const checkKey = ({ region, scheduledAt }: CheckRecord): string => `${region} ${scheduledAt}`;

/** Checks shown around the chosen one. */
const CHECKS_SHOWN = 8;

const chosenCheck = ({ detail, check }: DetailLook): { checks: CheckRecord[]; at: number } => {
  const checks = detail?.checks ?? [];
  return { checks, at: Math.min(check, checks.length - 1) };
};

/** The chosen check taken apart. */
function apartLines(look: DetailLook): Line[] {
  const { checks, at } = chosenCheck(look);
  const chosen = checks[at];
  if (chosen === undefined)
    return [heading("Latest check"), textLine("no-check", { text: "   none yet", tone: "dim" })];
  const of = `  ${timeText(chosen.scheduledAt)} UTC from ${clean(chosen.region)}  `;
  return [
    textLine(
      "apart",
      { text: at === 0 ? " Latest check" : " Check", tone: "strong" },
      { text: of, tone: "dim" },
      outcomeOf(chosen),
    ),
    ...waterfallLines(chosen, look.columns, look.glyphs),
  ];
}

function checkLines(look: DetailLook): Line[] {
  const { checks, at } = chosenCheck(look);
  const first = Math.max(0, Math.min(at - CHECKS_SHOWN + 2, checks.length - CHECKS_SHOWN));
  return [
    heading("Checks", `  ${checks.length}, latest first`),
    ...checks
      .slice(first, first + CHECKS_SHOWN)
      .map((record, i) => checkLine(record, first + i === at, look)),
  ];
}

function incidentLines(incident: Incident, { now, glyphs }: DetailLook): Line[] {
  const { id, worst, startedAt, endedAt, closed, availability, firstFailure, messages } = incident;
  const tone: Tone = endedAt === null ? verdictTones[worst] : "plain";
  const lasted = duration((endedAt ?? now) - startedAt);
  const end = endedAt === null ? `still ${incident.verdict}` : (closed ?? "recovered");
  const cause =
    firstFailure === null
      ? []
      : [
          textLine(`${id}-cause`, {
            text: `     ${firstFailure.failure.type} in ${clean(firstFailure.region)}: ${clean(firstFailure.failure.message)}`,
          }),
        ];
  return [
    textLine(
      id,
      { text: `   ${glyphs.verdict[worst]} ${worst}`, tone },
      { text: `  ${momentText(startedAt, now)} UTC, ${lasted}, ${end}` },
      { text: `, availability ${percent(availability)}`, tone: "dim" },
    ),
    ...cause,
    ...messages.map(({ effectId, sentAt, title }) =>
      textLine(`${id}-${effectId}`, {
        text: `     ${momentText(sentAt, now)} sent: ${clean(title)}`,
        tone: "dim",
      }),
    ),
  ];
}

/** All about one endpoint: numbers of both windows, a check taken apart, checks, incidents with their messages. */
export function detailLines(look: DetailLook): Line[] {
  const incidents = look.detail?.incidents ?? [];
  const none = textLine("no-incidents", { text: "   none", tone: "dim" });
  return [
    ...titleLines(look),
    emptyLine("gap-stats"),
    ...statLines(look),
    emptyLine("gap-check"),
    ...apartLines(look),
    emptyLine("gap-curve"),
    ...curveLines(look),
    emptyLine("gap-checks"),
    ...checkLines(look),
    emptyLine("gap-incidents"),
    heading("Incidents", incidents.length === 0 ? "" : `  ${incidents.length}, latest first`),
    ...(incidents.length === 0 ? [none] : incidents.flatMap((incident) => incidentLines(incident, look))),
  ];
}
