import { type Document, isAlias, LineCounter, parseDocument, visit } from "yaml";
import { type InputIssue, InvalidInput } from "../../lib/core/errors.ts";
import { isThere, locate, type Place } from "./locate.ts";

/** A parsed file that still knows where everything in it stood. */
export interface SourceDocument {
  file: string;
  /** Plain data: maps, lists, scalars. */
  value: unknown;
  /** Where the thing at a path (`endpoints[3].expect.status`) stands; its nearest ancestor when it is absent. */
  placeOf(path: string): Place;
  /** Whether the file says anything at a path. */
  has(path: string): boolean;
}

/** Aliases multiply what they name: a short file could otherwise grow to gigabytes. */
const ALIAS_LIMIT = 100;

/** What people run into with YAML, by the parser's code. */
const hints: Record<string, string> = {
  TAB_AS_INDENT: "indentation by spaces",
  DUPLICATE_KEY: "each key once",
  MULTIPLE_DOCS: "one document (no second `---`)",
  NON_STRING_KEY: "a plain word as key",
  BLOCK_AS_IMPLICIT_KEY: "quotes around a value that contains `: `",
  TAG_RESOLVE_FAILED: "no tags (`!name`)",
  BAD_ALIAS: "an alias of an anchor that stands above it",
};

/**
 * Parses YAML 1.2 or JSON (which YAML contains). `off`, `on`, `yes` and `no` are words, whatever a `%YAML` line says.
 * @throws InvalidInput with every syntax error and its line and column.
 */
export function parseSource(text: string, file: string): SourceDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: "core",
    stringKeys: true,
    prettyErrors: false,
    resolveKnownTags: false,
    logLevel: "error",
  });
  const issues = [...syntaxIssues(document, lines, file), ...aliasIssues(document, lines, file)];
  if (issues.length > 0) throw new InvalidInput(issues);
  return {
    file,
    value: expand(document, file),
    placeOf: (path) => locate(document, lines, path),
    has: (path) => isThere(document, path),
  };
}

/** A few aliases of aliases still multiply: the parser counts what they would grow to. */
function expand(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIAS_LIMIT });
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    const [expected, received] = ["aliases that don't multiply", "aliases of lists of aliases"];
    const message = `expected ${expected}, received ${received}`;
    throw new InvalidInput([{ path: "", expected, received, message, file, line: 1, column: 1 }], { cause });
  }
}

function syntaxIssues(document: Document.Parsed, lines: LineCounter, file: string): InputIssue[] {
  return [...document.errors, ...document.warnings].map((error) =>
    syntaxIssue(error.code, error.message.split("\n")[0] ?? error.message, error.pos[0], lines, file),
  );
}

function syntaxIssue(
  code: string,
  message: string,
  offset: number,
  lines: LineCounter,
  file: string,
): InputIssue {
  const { line, col } = lines.linePos(offset);
  const expected = hints[code] ?? "valid YAML or JSON";
  return {
    path: "",
    expected,
    received: message,
    message: `${message}; expected ${expected}`,
    file,
    line,
    column: col,
  };
}

/** Counted before anything is expanded: the answer costs no more than the file's own size. */
function aliasIssues(document: Document.Parsed, lines: LineCounter, file: string): InputIssue[] {
  const issues: InputIssue[] = [];
  const anchored = new Set<string>();
  let count = 0;
  const report = (code: string, message: string, offset: number) =>
    issues.push(syntaxIssue(code, message, offset, lines, file));
  visit(document, {
    Node(_key, node) {
      const offset = node.range?.[0] ?? 0;
      if (!isAlias(node)) {
        if ("anchor" in node && typeof node.anchor === "string") anchored.add(node.anchor);
      } else if (!anchored.has(node.source)) {
        report("BAD_ALIAS", `Nothing above is called &${node.source}`, offset);
      } else if (++count === ALIAS_LIMIT + 1) {
        report("ALIASES", `More than ${ALIAS_LIMIT} aliases`, offset);
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return issues;
}
