/** From instants to wall-clock time and back in an IANA zone, by the runtime's own zone data (Intl). */

const DAY = 86_400_000;
const SECOND = 1_000;

/**
 * Formatters by zone. Building one takes some twenty times as long as using it, and they are needed for every endpoint
 * of every tick. A formatter depends on the zone's name alone: that one is remembered can't be seen from outside.
 */
const formatters = new Map<string, Intl.DateTimeFormat>();
const FORMATTER_LIMIT = 1_000; // spellings of names come from people

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  if (formatters.size >= FORMATTER_LIMIT) formatters.clear();
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(timeZone, formatter);
  return formatter;
}

/** What the clock on the wall shows at an instant, as if it were UTC (epoch ms, whole seconds). */
export function wallTimeAt(timeZone: string, at: number): number {
  const text = formatterOf(timeZone).format(at); // 11/20/2026, 02:00:00
  return Date.parse(`${text.replace(/^(\d+)\/(\d+)\/(\d+), /, "$3-$1-$2T")}Z`);
}

const offsetAt = (timeZone: string, at: number): number =>
  wallTimeAt(timeZone, at) - Math.floor(at / SECOND) * SECOND;

/**
 * The instant at which the clock on the wall shows a time (given as if UTC). As RFC 5545 (3.3.5) has it: a time that
 * comes twice when clocks go back means its first coming; one that is skipped when they go forward is counted with the
 * offset before the skip, so 02:30 becomes 03:30.
 */
export function instantOf(timeZone: string, wallMs: number): number {
  const before = offsetAt(timeZone, wallMs - DAY);
  const after = offsetAt(timeZone, wallMs + DAY);
  if (before === after || offsetAt(timeZone, wallMs - before) === before) return wallMs - before;
  return offsetAt(timeZone, wallMs - after) === after ? wallMs - after : wallMs - before;
}
