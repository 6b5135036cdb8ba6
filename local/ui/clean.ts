import { oneLine } from "../../lib/adapters/terminal/notifier.ts";
import { cut } from "../../lib/core/check/outcome.ts";

/** No line of a terminal holds more; measuring longer texts would only cost time. */
const LONGEST = 400;

/** Text from outside, safe and bounded: it can't move the cursor, colour the screen or hide a line. */
export const clean = (text: string): string => cut(oneLine(text.slice(0, 2 * LONGEST)), LONGEST);

/** For terminals without UTF-8: what is foreign becomes a question mark. */
export const asciiOnly = (text: string): string => text.replaceAll(/[^\x20-\x7e]/gu, "?");
