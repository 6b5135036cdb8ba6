import type { Apdex } from "../../lib/core/apdex/apdex.ts";
import { percent } from "../../lib/core/incident/messages.ts";
import type { Piece } from "./line.ts";

/** Stands where there is no number. */
export const NONE = "-";

/** Milliseconds in at most five columns: `4.2ms`, `84ms`, `1.23s`, `12.3s`, `123s`. */
export function msText(ms: number | null): string {
  if (ms === null) return NONE;
  if (ms < 9.95) return `${ms.toFixed(1)}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 9_995) return `${(ms / 1_000).toFixed(2)}s`;
  return ms < 99_950 ? `${(ms / 1_000).toFixed(1)}s` : `${Math.round(ms / 1_000)}s`;
}

/** Availability as in messages, where 99.96 % is never rounded up to 100.0%. */
export const availabilityText = (share: number | null): string => (share === null ? NONE : percent(share));

/** `0.94`, `0.94*` of a small group, `NS` without a sample. */
export const apdexText = ({ score, smallGroup }: Apdex): string =>
  score === null ? "NS" : `${score.toFixed(2)}${smallGroup ? "*" : ""}`;

const isFine = (status: string): boolean => status === "ok" || /^[123]/.test(status);

/** `200×58 503×2`, the most frequent first; those that don't fit are left out, a `+` says so. */
export function statusPieces(
  byStatus: Readonly<Record<string, number>>,
  width: number,
  times: string,
): Piece[] {
  const entries = Object.entries(byStatus).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const pieces: Piece[] = [];
  let used = 0;
  for (const [i, [status, count]] of entries.entries()) {
    const text = `${i === 0 ? "" : " "}${status}${times}${count}`;
    const room = width - used - (i < entries.length - 1 ? 2 : 0);
    if (text.length > room) {
      pieces.push({ text: used === 0 ? text.slice(0, width) : " +", tone: "dim" });
      break;
    }
    used += text.length;
    pieces.push({ text, tone: isFine(status) ? "plain" : "bad" });
  }
  return pieces;
}

const units: readonly [string, number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
];

/** The largest unit alone, `5m`, `3h`, `12d`; under a minute `<1m`. */
export function ageText(ms: number): string {
  for (const [unit, size] of units) if (ms >= size) return `${Math.floor(ms / size)}${unit}`;
  return "<1m";
}

/** `12:34:05` in UTC. */
export const timeText = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** `12:34:05` on the day of `now`, `11-20 12:34` on another; both in UTC and eleven columns wide at most. */
export function momentText(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  return iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10)
    ? iso.slice(11, 19)
    : `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;
}

/** The length of a text whose every character takes one column. */
export const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { text }) => sum + text.length, 0);

/** Wraps at spaces where it can, into at most so many lines; the rest is cut. */
export function wrapWords(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width && lines.length < most - 1) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > width / 2 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
