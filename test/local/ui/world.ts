/** Endpoints, messages and checks for the dashboard's tests, made up from a number each. */

import { failure } from "../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { summaryOf } from "../../../lib/core/history/stats.ts";
import { addRecord, emptyTally } from "../../../lib/core/history/tally.ts";
import type { SeriesPoint } from "../../../lib/core/read/series.ts";
import type {
  DashboardSource,
  EndpointRow,
  InstallationStatus,
  PastMessage,
  ShownVerdict,
  ShownWindow,
  SourceChange,
} from "../../../local/ui/source.ts";

export const NOW = Date.UTC(2026, 10, 20, 12, 34, 5);
const MINUTE = 60_000;
const TARGET_MS = 300;

const recordsOf = (index: number, minutes: number, failing: boolean, now: number): CheckRecord[] =>
  Array.from({ length: minutes }, (_, i): CheckRecord => {
    const at = Math.floor(now / MINUTE) * MINUTE - (minutes - 1 - i) * MINUTE;
    const isFailed = failing && i >= minutes - 4;
    const base = 20 + (index % 7) * 35;
    const ms = base + ((index * 31 + i * 17) % 23) * (index % 5 === 0 ? 9 : 2);
    return {
      org: "default",
      endpointId: `e${index}`,
      region: "local",
      scheduledAt: at,
      startedAt: at,
      outcome: isFailed ? failure("http.error", "expected 200-399, got 503") : "ok",
      status: isFailed ? 503 : 200,
      dnsMs: 2,
      connectMs: ms / 6,
      tlsMs: ms / 4,
      firstByteMs: ms / 2,
      transferMs: 1,
      totalMs: ms,
      bytes: 12_000,
      flags: [],
    };
  });

const pointOf = ({ scheduledAt, outcome, totalMs }: CheckRecord): SeriesPoint => ({
  at: scheduledAt,
  ok: outcome === "ok" ? 1 : 0,
  failed: outcome === "ok" ? 0 : 1,
  avgMs: totalMs,
});

const names = [
  "Orders",
  "Search",
  "Login",
  "Payments",
  "Images",
  "Mail",
  "Docs",
  "Status",
  "Blog",
  "東京 Tokyo",
];
const groups = ["Shop", "Internet", "Tools", ""];

const verdictOf = (index: number, troubled: number): ShownVerdict => {
  if (index < troubled) return index % 3 === 2 ? "degraded" : "down";
  if (index === troubled) return "unknown";
  return index === troubled + 1 ? "paused" : "up";
};

export interface RowOptions {
  window?: ShownWindow;
  /** How many of them are down or degraded. */
  troubled?: number;
  now?: number;
}

/** The row of endpoint number `index`. */
export function aRow(
  index: number,
  { window = "10m", troubled = 0, now = NOW }: RowOptions = {},
): EndpointRow {
  const minutes = window === "10m" ? 10 : 60;
  const verdict = verdictOf(index, troubled);
  const failing = verdict === "down" || verdict === "degraded";
  const records = recordsOf(index, minutes, failing, now);
  const tally = emptyTally();
  for (const record of records) addRecord(tally, record, TARGET_MS);
  const since = now - 4 * MINUTE;
  return {
    id: `e${String(index).padStart(4, "0")}`,
    title: `${names[index % names.length] ?? ""} ${index}`,
    group: groups[index % groups.length] ?? "",
    url: `https://host-${index}.example.com/health`,
    tags: { team: index % 2 === 0 ? "red" : "blue" },
    intervalMs: MINUTE,
    now: {
      verdict,
      since: failing ? since : now - 3 * 3_600_000,
      failing: failing ? [{ region: verdict === "degraded" ? "eu-west-1" : "local", since }] : [],
    },
    stats: { window, since: now - minutes * MINUTE, until: now, ...summaryOf(tally, TARGET_MS) },
    series: records.map(pointOf),
  };
}

export const rowsOf = (count: number, options: RowOptions = {}): EndpointRow[] =>
  Array.from({ length: count }, (_, i) => aRow(i, options));

export const aMessage = (over: Partial<PastMessage> = {}): PastMessage => ({
  kind: "down",
  title: "Website Orders 0 is down. availability=50.0%, time=2026-11-20T12:30:00Z",
  sentAt: NOW - 4 * MINUTE,
  deliveries: [{ channel: "terminal", ok: true, at: NOW - 4 * MINUTE }],
  endpointId: "e0000",
  ...over,
});

export const quietStatus: InstallationStatus = { region: "local", troubles: [], events: [], messages: [] };

/** A source whose answers a test changes in between. */
export interface FakeSource extends DashboardSource {
  rows: (window: ShownWindow) => EndpointRow[];
  past: PastMessage[];
  state: InstallationStatus;
  tell(change: SourceChange): void;
  /** What was asked for, oldest first. */
  asked: string[];
}

export function fakeSource(rows: (window: ShownWindow) => EndpointRow[]): FakeSource {
  const subscribers = new Set<(change: SourceChange) => void>();
  const source: FakeSource = {
    rows,
    past: [],
    state: quietStatus,
    asked: [],
    tell(change) {
      for (const one of subscribers) one(change);
    },
    async overview(window) {
      source.asked.push(`overview ${window}`);
      return source.rows(window);
    },
    async verdicts(ids) {
      source.asked.push(`verdicts ${ids.length}`);
      return new Map(source.rows("10m").map(({ id, now }) => [id, now]));
    },
    async messages(limit) {
      source.asked.push(`messages ${limit}`);
      return source.past.slice(0, limit);
    },
    async detail(id) {
      source.asked.push(`detail ${id}`);
      const row = source.rows("10m").find((one) => one.id === id);
      if (row === undefined) return null;
      const failing = row.now.failing.length > 0;
      const checks = recordsOf(Number(id.slice(1)), 60, failing, NOW).reverse();
      return { id, checks, incidents: [] };
    },
    status: () => source.state,
    subscribe(onChange) {
      subscribers.add(onChange);
      return () => subscribers.delete(onChange);
    },
  };
  return source;
}
