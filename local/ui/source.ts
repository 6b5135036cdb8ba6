/**
 * What the dashboard shows, wherever it comes from: the stores of this very process, or later the HTTP API of
 * another. All times are epoch ms.
 */
import type { Verdict } from "../../lib/core/alert/state.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Stats } from "../../lib/core/history/stats.ts";
import type { StatsWindow } from "../../lib/core/history/window.ts";
import type { Incident, SentMessage } from "../../lib/core/incident/incident.ts";
import type { SeriesPoint } from "../../lib/core/read/series.ts";

export type ShownVerdict = Verdict | "unknown" | "paused";

/** The windows of the dashboard. */
export type ShownWindow = Extract<StatsWindow, "10m" | "1h">;

export const otherWindow = (window: ShownWindow): ShownWindow => (window === "10m" ? "1h" : "10m");

/** What is known of an endpoint's state. `failing`: the regions in which it fails, and since when. */
export interface VerdictNow {
  verdict: ShownVerdict;
  /** Since when the verdict holds; null before the first. */
  since: number | null;
  failing: { region: string; since: number }[];
}

/** What an endpoint is. */
export interface EndpointFacts {
  id: string;
  title: string;
  group: string;
  url: string;
  tags: Readonly<Record<string, string>>;
  intervalMs: number;
}

/** One endpoint in one window. */
export interface EndpointRow extends EndpointFacts {
  now: VerdictNow;
  stats: Stats;
  series: SeriesPoint[];
}

/** A message that was sent about an endpoint. */
export type PastMessage = Pick<SentMessage, "kind" | "title" | "sentAt" | "deliveries"> & {
  endpointId: string;
};

/** Everything about one endpoint that the list doesn't tell. */
export interface EndpointDetail {
  id: string;
  /** The latest checks, latest first. */
  checks: CheckRecord[];
  /** Latest first. */
  incidents: Incident[];
}

/** One line about what happened in this installation. */
export interface LoggedEvent {
  at: number;
  text: string;
}

/** The state of this installation itself. */
export interface InstallationStatus {
  /** The vantage point's name; empty until it is known. */
  region: string;
  /** What is wrong with us, not with a target, one sentence each, the gravest first. */
  troubles: readonly string[];
  /** Latest first, bounded. */
  events: readonly LoggedEvent[];
  /** Messages of the alert rule that were shown since the start, latest first, bounded: some may not be stored yet. */
  messages: readonly LoggedEvent[];
}

/** What changed, so that only that is read again. */
export type SourceChange = "status" | "message" | "endpoints";

export interface DashboardSource {
  /** Statistics and verdicts of every endpoint, ordered by id. */
  overview(window: ShownWindow): Promise<EndpointRow[]>;
  /** Fresh verdicts of these endpoints and of every one that is in trouble: far cheaper than an overview. */
  verdicts(ids: readonly string[]): Promise<Map<string, VerdictNow>>;
  /** Every message of the past, latest first. */
  messages(limit: number): Promise<PastMessage[]>;
  /** Null when there is no such endpoint any more. */
  detail(id: string): Promise<EndpointDetail | null>;
  status(): InstallationStatus;
  /** Calls back on every change; answers how to end that. */
  subscribe(onChange: (change: SourceChange) => void): () => void;
}
