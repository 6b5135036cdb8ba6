import { VigieError } from "../../core/errors.ts";

/**
 * Items as texts that each fit a limit, every item once and in order: halved until they fit.
 * @param write the text of some items; more items make a longer one
 * @throws VigieError `too_large` when one item alone does not fit
 */
export function splitToFit<T>(
  items: readonly T[],
  limitBytes: number,
  write: (items: readonly T[]) => string,
): string[] {
  if (items.length === 0) return [];
  const text = write(items);
  if (Buffer.byteLength(text) <= limitBytes) return [text];
  if (items.length === 1)
    throw new VigieError(
      "too_large",
      `One item makes a message of over ${limitBytes} bytes: it can't be sent.`,
    );
  const half = Math.ceil(items.length / 2);
  return [items.slice(0, half), items.slice(half)].flatMap((part) => splitToFit(part, limitBytes, write));
}
