import type { StatusRange } from "./endpoint.ts";

/** What one status expectation looks like in text: `200`, `200-399`, `2xx`. For JSON Schema too. */
export const statusPattern = /^(?:[1-5][xX]{2}|[1-5]\d\d(?:-[1-5]\d\d)?)$/;

/** Reads one status expectation; null when it is none, or runs backwards. */
export function parseStatus(written: string | number): StatusRange | null {
  const text = String(written);
  if (!statusPattern.test(text)) return null;
  if (/x/i.test(text)) return { from: Number(text[0]) * 100, to: Number(text[0]) * 100 + 99 };
  const [from = "", to = from] = text.split("-");
  return Number(from) <= Number(to) ? { from: Number(from), to: Number(to) } : null;
}

/** Writes a range in its shortest form: `200`, `2xx`, `200-399`. */
export function formatStatus({ from, to }: StatusRange): string | number {
  if (from === to) return from;
  return from % 100 === 0 && to === from + 99 ? `${from / 100}xx` : `${from}-${to}`;
}
