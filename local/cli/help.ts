import { UsageError } from "./errors.ts";

export const exitHelp = `
Exit codes:
  0    up, or done
  1    some endpoint failed
  2    wrong usage or configuration, or Vigie could not do its work
  130  stopped by Ctrl-C`;

/** What stands below a command's help. `one`: what its exit code 1 means; null where there is none. */
export const examples = (lines: readonly string[], one: string | null = "some endpoint failed"): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n${exitHelp.replace(/ {2}1 .*\n/, one === null ? "" : `  1    ${one}\n`)}`;

/** Parses a flag's whole number. @throws UsageError */
export function wholeOf(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new UsageError(`${flag} takes a whole number from ${least} to ${most}, not "${text}".`);
  };
}
