import * as z from "zod";
import { durationPattern, parseDuration } from "../endpoint/duration.ts";
import { exactly } from "../endpoint/fields.ts";
import { VigieError } from "../errors.ts";

/** How long what is recorded is kept, in ms. Incidents that ended, and their messages, are kept as long as days. */
export interface Retention {
  rawMs: number;
  hourMs: number;
  dayMs: number;
}

const YEAR_MS = 365 * 86_400_000;
const yearPattern = /^(\d{1,2})y$/;

/** Reads a duration, or years (of 365 days): how long things are kept. Milliseconds, or null. */
export function parseSpan(text: string): number | null {
  const years = yearPattern.exec(text)?.[1];
  return years === undefined ? parseDuration(text) : Number(years) * YEAR_MS;
}

const pattern = new RegExp(`${durationPattern.source}|${yearPattern.source}`);

const span = (least: string, most: string) => {
  const error = `a duration from ${least} to ${most}`;
  const fits = (text: string) =>
    (parseSpan(text) ?? -1) >= (parseSpan(least) ?? 0) && (parseSpan(text) ?? -1) <= (parseSpan(most) ?? 0);
  return z.string({ error }).regex(pattern, { error }).refine(fits, { error });
};

/** How people write it; every part may be left out. */
export const writtenRetention = exactly("a map with `raw`, `hours` or `days`", {
  raw: span("48h", "30d").optional().describe("Single checks. Default `48h`"),
  hours: span("2d", "10y").optional().describe("Hourly figures. Default `400d`"),
  days: span("2d", "50y").optional().describe("Daily figures. Default `5y`"),
});

/** Lays the defaults. */
export const toRetention = ({
  raw = "48h",
  hours = "400d",
  days = "5y",
}: z.output<typeof writtenRetention>): Retention => ({
  rawMs: msOf(raw),
  hourMs: msOf(hours),
  dayMs: msOf(days),
});

/** The schema let only spans through. */
function msOf(text: string): number {
  const ms = parseSpan(text);
  if (ms === null) throw new VigieError("internal", `"${text}" passed for a duration and is none.`);
  return ms;
}
