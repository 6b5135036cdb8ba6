import type { Stats } from "../../lib/core/history/stats.ts";
import type { SeriesPoint } from "../../lib/core/read/series.ts";
import type {
  EndpointDetail,
  EndpointFacts,
  EndpointRow,
  InstallationStatus,
  PastMessage,
  ShownWindow,
  VerdictNow,
} from "./source.ts";

export interface WindowNumbers {
  stats: Stats;
  series: SeriesPoint[];
}

/** An endpoint with all that is known of it; a window is null until it was read. */
export interface ShownRow extends EndpointFacts {
  now: VerdictNow;
  windows: Record<ShownWindow, WindowNumbers | null>;
}

/** What is on the screen, apart from what the person at it has chosen. Never changed, always replaced. */
export interface Snapshot {
  /** When it was made. */
  at: number;
  rows: readonly ShownRow[];
  /** When each window was read last; null before the first time. */
  readAt: Record<ShownWindow, number | null>;
  messages: readonly PastMessage[];
  /** There may be more messages than were read. */
  moreMessages: boolean;
  detail: EndpointDetail | null;
  status: InstallationStatus;
  /** Why the numbers could not be read; null when they could. */
  problem: string | null;
}

/** Puts the rows of one window into the rows shown; endpoints that are gone are left out. */
export function withWindow(
  rows: readonly ShownRow[],
  fresh: readonly EndpointRow[],
  window: ShownWindow,
): ShownRow[] {
  const known = new Map(rows.map((row) => [row.id, row.windows]));
  return fresh.map(({ stats, series, ...facts }) => {
    const windows = known.get(facts.id) ?? { "10m": null, "1h": null };
    return { ...facts, windows: { ...windows, [window]: { stats, series } } };
  });
}

/** Replaces the verdicts that are given. */
export const withVerdicts = (
  rows: readonly ShownRow[],
  verdicts: ReadonlyMap<string, VerdictNow>,
): ShownRow[] =>
  rows.map((row) => {
    const now = verdicts.get(row.id);
    return now === undefined ? row : { ...row, now };
  });

/** Whose verdict may have changed for the better. */
export const troubledIds = (rows: readonly ShownRow[]): string[] =>
  rows.filter(({ now }) => now.verdict !== "up" && now.verdict !== "paused").map(({ id }) => id);
