import type { Notifier } from "../../core/ports.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from outside, safe for a terminal: control characters could move the cursor, retitle the window or hide lines. */
export const withoutControls = (text: string, instead: string): string => text.replaceAll(CONTROL, instead);

/** One line for a terminal: what a name or an answer contains can't move the cursor or hide a line. */
export const oneLine = (text: string): string => withoutControls(text, " ").trim();

/** Writes the first line of each message; of a digest the line of every website. `write` takes a line without its end. */
export function makeTerminalNotifier(write: (line: string) => void, now: () => number): Notifier {
  return {
    async send({ title, body, ids }) {
      for (const line of ids.length > 1 ? body.split("\n") : [title]) write(oneLine(line));
      return [{ channel: "terminal", ok: true, at: now() }];
    },
  };
}
