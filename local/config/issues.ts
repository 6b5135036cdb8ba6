import type { InputIssue } from "../../lib/core/errors.ts";
import type { SourceDocument } from "./document.ts";

/** An issue before it is known where in the file it stands. */
export type PlainIssue = Omit<InputIssue, "file" | "line" | "column">;

/** Adds file, line and column. */
export function placed(issue: PlainIssue, source: SourceDocument): InputIssue {
  return { ...issue, file: source.file, ...source.placeOf(issue.path) };
}

/** What people meet in YAML: an unquoted word that is a number or nothing, an unsupported merge key. */
export function withHint(issue: PlainIssue): PlainIssue {
  if (/(^|[.\]])<<$/.test(issue.path) || issue.received.includes('"<<"'))
    return {
      ...issue,
      message: `${issue.message} (\`<<\` is not read: put what endpoints share under \`defaults:\`)`,
    };
  return issue;
}
