import type { InputIssue } from "../../lib/core/errors.ts";
import type { SourceDocument } from "./document.ts";

/** An issue before it is known where in the file it stands. */
export type PlainIssue = Omit<InputIssue, "file" | "line" | "column">;

/** Adds file, line and column. */
export function placed(issue: PlainIssue, source: SourceDocument): InputIssue {
  return { ...issue, file: source.file, ...source.placeOf(issue.path) };
}

/** YAML 1.1 had merge keys, and people know them from elsewhere. */
export function withHint(issue: PlainIssue): PlainIssue {
  if (!issue.path.endsWith('["<<"]')) return issue;
  return { ...issue, message: "`<<` is not read here: put what endpoints share under `defaults:`" };
}
