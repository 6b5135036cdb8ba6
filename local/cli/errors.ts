import { relative } from "node:path";
import { type InputIssue, InvalidInput, VigieError } from "../../lib/core/errors.ts";
import { type CliIo, exitCodes, painterFor, plain } from "./io.ts";

/** Wrong usage of the command line: exit code 2. */
export class UsageError extends VigieError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("usage", message, options);
  }
}

/** Says on standard error what went wrong, shortly, and answers the exit code. */
export function complain(error: unknown, io: CliIo): number {
  const paint = painterFor(io.stderr, io.env);
  const say = (line: string) => io.stderr.write(`${line}\n`);
  if (error instanceof InvalidInput) {
    for (const issue of error.issues) say(issueLine(issue, io.cwd, paint));
    return exitCodes.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  say(`${paint("red", "error:")} ${plain(message)}`);
  if (!(error instanceof VigieError) && error instanceof Error && io.env["VIGIE_DEBUG"])
    say(error.stack ?? "");
  return exitCodes.usage;
}

/** `vigie.yaml:12:15: endpoints[3].interval: …` as editors and terminals make it clickable. */
export function issueLine(
  issue: InputIssue,
  cwd: string,
  paint: (style: "red" | "bold", text: string) => string,
): string {
  const place =
    issue.file === undefined
      ? ""
      : `${paint("bold", `${shorten(issue.file, cwd)}:${issue.line ?? 1}:${issue.column ?? 1}:`)} `;
  const path = issue.path === "" ? "" : `${plain(issue.path)}: `;
  return `${place}${paint("red", "error:")} ${path}${plain(issue.message)}`;
}

function shorten(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short === "" || short.startsWith("..") ? file : short;
}
