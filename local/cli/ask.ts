import { createInterface } from "node:readline/promises";
import type { CliIo } from "./io.ts";

/** Asks on the terminal; anything but yes is no, and so is Ctrl-C. Null where nobody can answer. */
export async function confirmed(question: string, { stdin, stderr, signal }: CliIo): Promise<boolean | null> {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return null;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false; // the question was given up: Ctrl-C, or the end of the input
  } finally {
    lines.close();
  }
}
