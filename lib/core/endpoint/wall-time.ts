/** Wall-clock time: what a clock on the wall and a calendar show, without a zone. */

const DAY = 86_400_000;

/** Reads `2026-11-20T02:00`. Returns it as if it were UTC, in epoch ms; null when it is no time of the calendar. */
export function parseWallTime(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return null;
  const ms = Date.parse(`${text}:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 16) !== text ? null : ms;
}

/** Whether this runtime knows the IANA zone. Offsets (`+01:00`) are none: they know no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // RangeError: the only thing it throws for a text
  }
}

/** Midnight, as if UTC, of the day that a wall-clock time is on. */
export const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY) * DAY;
