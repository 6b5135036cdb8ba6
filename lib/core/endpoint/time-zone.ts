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
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(timeZone, formatter);
  return formatter;
}

/** What the clock on the wall shows at an instant, as if it were UTC (epoch ms, whole seconds). */
export function wallTimeAt(timeZone: string, at: number): number {
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (
    formatterOf(timeZone).format(at).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
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
