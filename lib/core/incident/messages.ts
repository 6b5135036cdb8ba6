import type { MessageKind } from "./incident.ts";

/** What the first line of a message tells. Times are epoch ms. */
export interface Headline {
  website: string;
  kind: MessageKind;
  /** Present verdict: what a `settled` message tells. */
  verdict: "up" | "degraded" | "down";
  /** 0 to 1. */
  availability: number;
  /** The tick. */
  time: number;
  /** How long it was not up; only with `up`. */
  downtimeMs?: number;
}

/** One decimal and a percent sign: `50.0%`. Never rounds up to 100.0% what was not whole. */
export function percent(availability: number): string {
  const shown = availability < 1 ? Math.min(99.9, Math.round(availability * 1000) / 10) : 100;
  return `${shown.toFixed(1)}%`;
}

/** ISO 8601 in UTC to the second: `2026-11-20T12:00:00Z`. */
export const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const units: readonly [string, number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
];

/** The two largest units: `3m`, `1h 5m`, `40s`; `0s` for less than a second. */
export function duration(ms: number): string {
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0s";
}

const verbs: Record<Exclude<MessageKind, "settled">, string> = {
  down: "is down",
  up: "is up",
  degraded: "is degraded",
  partial: "has recovered in most regions",
  reminder: "is still down",
  flapping: "is flapping",
  test: "is a test of this channel",
};

/** The first line of a message: `Website {website} is down. availability={availability}, time={time}`. */
export function titleOf(headline: Headline): string {
  const { website, kind, verdict, availability, time, downtimeMs } = headline;
  const verb = kind === "settled" ? `is ${verdict}` : verbs[kind];
  const downtime = downtimeMs === undefined ? "" : `, downtime=${duration(downtimeMs)}`;
  return `Website ${website} ${verb}. availability=${percent(availability)}, time=${isoSeconds(time)}${downtime}`;
}

/** One message for several: `12 websites are down: a, b, c, …`. */
export function digestTitle(kind: MessageKind, websites: readonly string[]): string {
  const verb = verbs[kind === "settled" ? "up" : kind].replace(/^is /, "are ").replace(/^has /, "have ");
  const named = websites.slice(0, 3).join(", ");
  const more = websites.length > 3 ? ` and ${websites.length - 3} more` : "";
  const what = kind === "settled" ? "have stopped flapping" : verb;
  return `${websites.length} websites ${what}: ${named}${more}`;
}
