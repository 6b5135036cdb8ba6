import type { SeriesPoint } from "../../lib/core/read/series.ts";
import type { Glyphs } from "./glyphs.ts";
import type { Piece, Tone } from "./line.ts";

/** One character of a sparkline: the points it stands for together. */
interface Spot {
  ok: number;
  failed: number;
  /** The slowest of its points: merging must not hide a peak. */
  ms: number | null;
}

function merged(points: readonly SeriesPoint[]): Spot {
  const spot: Spot = { ok: 0, failed: 0, ms: null };
  for (const { ok, failed, avgMs } of points) {
    spot.ok += ok;
    spot.failed += failed;
    if (avgMs !== null) spot.ms = Math.max(spot.ms ?? 0, avgMs);
  }
  return spot;
}

/** The latest `count` points that say something: the step that has only begun is left out while nothing is in it. */
export function latestPoints(points: readonly SeriesPoint[], count: number): SeriesPoint[] {
  const last = points.at(-1);
  const begun = last !== undefined && last.ok + last.failed === 0 && points.length > count;
  return (begun ? points.slice(0, -1) : points).slice(-count);
}

function spotsOf(points: readonly SeriesPoint[], width: number): Spot[] {
  const each = Math.max(1, Math.ceil(points.length / width));
  const spots: Spot[] = [];
  for (let end = points.length; end > 0; end -= each)
    spots.unshift(merged(points.slice(Math.max(0, end - each), end)));
  return spots;
}

export interface CurveLook {
  width: number;
  /** Lines that one curve takes. */
  height: number;
  /** What the full height stands for at the least, in ms. */
  fullMs: number;
  glyphs: Glyphs;
}

/** What stands in the lowest line alone, since it has no height; null for a spot with a time. */
function flatLook({ ok, failed, ms }: Spot, { failed: cross, empty, levels }: Glyphs): [string, Tone] | null {
  if (failed > 0) return [cross, ok === 0 ? "bad" : "warn"];
  if (ok === 0) return [empty, "dim"];
  return ms === null ? [levels[0] ?? " ", "dim"] : null;
}

/** A spot's character in one of the lines; `line` 0 is the lowest. */
function look(spot: Spot, line: number, highest: number, { height, glyphs }: CurveLook): [string, Tone] {
  const flat = flatLook(spot, glyphs);
  if (flat !== null) return line === 0 ? flat : [" ", "plain"];
  const { levels } = glyphs;
  const steps = levels.length * height;
  const share = highest === 0 ? 0 : (spot.ms ?? 0) / highest;
  const filled = Math.min(steps - 1, Math.floor(share * steps)) - line * levels.length;
  return [filled < 0 ? " " : (levels[Math.min(levels.length - 1, filled)] ?? " "), "accent"];
}

function linePieces(spots: readonly Spot[], line: number, highest: number, curve: CurveLook): Piece[] {
  const missing = curve.width - spots.length;
  const pieces: Piece[] = missing > 0 ? [{ text: " ".repeat(missing), tone: "plain" }] : [];
  for (const spot of spots) {
    const [char, tone] = look(spot, line, highest, curve);
    const last = pieces.at(-1);
    if (last?.tone === tone) last.text += char;
    else pieces.push({ text: char, tone });
  }
  return pieces;
}

/**
 * Response times from left (old) to right (now), the highest line first. From zero to `fullMs` or the slowest: so a
 * fast endpoint's line is low, and one that trembles by milliseconds is flat. What failed is a cross, red where
 * nothing succeeded.
 */
export function curveOf(points: readonly SeriesPoint[], curve: CurveLook): Piece[][] {
  const spots = spotsOf(points, curve.width);
  const highest = Math.max(curve.fullMs, ...spots.map(({ ms }) => ms ?? 0));
  return Array.from({ length: curve.height }, (_, i) =>
    linePieces(spots, curve.height - 1 - i, highest, curve),
  );
}

/** A curve of one line. */
export const sparkline = (points: readonly SeriesPoint[], curve: Omit<CurveLook, "height">): Piece[] =>
  curveOf(points, { ...curve, height: 1 }).flat();
