const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Largest first: how a duration is written and read. */
const units = [
  ["d", DAY],
  ["h", HOUR],
  ["m", MINUTE],
  ["s", SECOND],
  ["ms", 1],
] as const;

/** What a duration looks like: whole numbers with units, the largest first, each unit once. For JSON Schema too. */
export const durationPattern = /^(?=\d)(\d{1,9}d)?(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}s)?(\d{1,9}ms)?$/;

/** Reads `60s`, `2m`, `1h`, `500ms`, `1d` or `1m30s`. Returns milliseconds, or null when it is none of these. */
export function parseDuration(text: string): number | null {
  const match = durationPattern.exec(text);
  if (match === null) return null;
  return units.reduce((sum, [, size], i) => sum + size * Number.parseInt(match[i + 1] ?? "0", 10), 0);
}

/** Writes whole milliseconds so that parseDuration reads the same again: 90,000 is `1m30s`, 0 is `0s`. */
export function formatDuration(ms: number): string {
  return split(Math.max(0, Math.round(ms))).join("") || "0s";
}

/** For messages to people: the two largest units, the rest cut off (`2m 30s`, `1d 4h`, `350ms`). */
export function humanDuration(ms: number): string {
  const parts = split(Math.max(0, Math.floor(ms < SECOND ? ms : ms - (ms % SECOND))));
  return parts.slice(0, 2).join(" ") || "0s";
}

function split(ms: number): string[] {
  let rest = ms;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts;
}
