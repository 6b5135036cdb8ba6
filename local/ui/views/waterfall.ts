import type { PhaseTimings } from "../../../lib/core/check/measurement.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { msText } from "../format.ts";
import type { Glyphs } from "../glyphs.ts";
import { cell, type Line, type Tone } from "../line.ts";

const phases: readonly (readonly [keyof PhaseTimings, string, Tone])[] = [
  ["dnsMs", "name lookup", "accent"],
  ["connectMs", "connect", "warn"],
  ["tlsMs", "TLS", "unknown"],
  ["firstByteMs", "first byte", "good"],
  ["transferMs", "transfer", "accent"],
];

const LABEL_WIDTH = 14;
const TIME_WIDTH = 7;

interface Bar {
  label: string;
  tone: Tone;
  startMs: number;
  ms: number;
}

function barsOf(record: CheckRecord): Bar[] {
  let startMs = 0;
  return phases.flatMap(([key, label, tone]) => {
    const ms = record[key];
    if (ms === null) return [];
    const bar = { label, tone, startMs, ms };
    startMs += ms;
    return [bar];
  });
}

function barLine({ label, tone, startMs, ms }: Bar, totalMs: number, room: number, glyphs: Glyphs): Line {
  const scale = room / Math.max(totalMs, 0.001);
  const indent = Math.min(room - 1, Math.floor(startMs * scale));
  const length = Math.max(1, Math.min(room - indent, Math.round(ms * scale)));
  return {
    key: `phase-${label}`,
    cells: [
      cell(
        { text: `   ${label.padEnd(LABEL_WIDTH)}`, tone: "dim" },
        { text: `${msText(ms).padStart(TIME_WIDTH)}  ${" ".repeat(indent)}` },
        { text: glyphs.block.repeat(length), tone },
      ),
    ],
  };
}

/** One check taken apart: a bar for each phase that was reached, at the time it ran; all hops together. */
export function waterfallLines(record: CheckRecord, columns: number, glyphs: Glyphs): Line[] {
  const room = Math.max(10, Math.min(100, columns - LABEL_WIDTH - TIME_WIDTH - 8));
  const bars = barsOf(record);
  const phasesMs = bars.reduce((sum, { ms }) => sum + ms, 0);
  const spanMs = Math.max(record.totalMs, phasesMs);
  const total = `   ${"total".padEnd(LABEL_WIDTH)}${msText(record.totalMs).padStart(TIME_WIDTH)}`;
  return [
    ...bars.map((bar) => barLine(bar, spanMs, room, glyphs)),
    { key: "phase-total", cells: [cell({ text: total, tone: "strong" })] },
  ];
}
