/**
 * Apdex Technical Specification 1.1 (Apdex Alliance, 2007): satisfied up to T, tolerating up to F = 4T,
 * frustrated beyond; a failed task is a frustrated sample whatever its time.
 */

export interface ApdexCounts {
  satisfied: number;
  tolerating: number;
  frustrated: number;
}

export type ApdexZone = keyof ApdexCounts;

export type ApdexRating = "Excellent" | "Good" | "Fair" | "Poor" | "Unacceptable" | "NoSample";

export interface Apdex {
  /** 0 to 1, two decimals; null without a sample. */
  score: number | null;
  rating: ApdexRating;
  /** Fewer than 100 samples: reported with an asterisk. */
  smallGroup: boolean;
  samples: number;
  targetMs: number;
}

/** The target of an endpoint that names none. */
export const DEFAULT_APDEX_TARGET_MS = 500;

const FRUSTRATION_FACTOR = 4;
const SMALL_GROUP = 100;
const ratings: readonly [least: number, rating: ApdexRating][] = [
  [0.94, "Excellent"],
  [0.85, "Good"],
  [0.7, "Fair"],
  [0.5, "Poor"],
];

/** The zone of a sample that took `ms`, target `targetMs`; both bounds belong to the better zone. */
export function zoneOf(ms: number, targetMs: number): ApdexZone {
  if (ms <= targetMs) return "satisfied";
  return ms <= FRUSTRATION_FACTOR * targetMs ? "tolerating" : "frustrated";
}

/** The rating word of a score; the specification's ranges are of scores with two decimals. */
function ratingOf(score: number): ApdexRating {
  return ratings.find(([least]) => score >= least)?.[1] ?? "Unacceptable";
}

/** Score, rating and small-group mark of counted samples. */
export function apdexOf(counts: ApdexCounts, targetMs: number): Apdex {
  const { satisfied, tolerating, frustrated } = counts;
  const samples = satisfied + tolerating + frustrated;
  if (samples === 0) return { score: null, rating: "NoSample", smallGroup: false, samples, targetMs };
  const score = Math.round(((satisfied + tolerating / 2) * 100) / samples) / 100;
  return { score, rating: ratingOf(score), smallGroup: samples < SMALL_GROUP, samples, targetMs };
}

/** T in seconds: one decimal below ten seconds, more only where the target has them. */
function formatTarget(targetMs: number): string {
  const seconds = targetMs / 1000;
  return seconds < 10 && Number.isInteger(seconds * 10) ? seconds.toFixed(1) : String(seconds);
}

/** The specification's uniform output: `0.75 [4.0]`, `0.75 [4.0]*` for a small group, `NS [4.0]` without a sample. */
export function formatApdex(apdex: Apdex): string {
  const value = apdex.score === null ? "NS" : apdex.score.toFixed(2);
  return `${value} [${formatTarget(apdex.targetMs)}]${apdex.smallGroup ? "*" : ""}`;
}
