import type * as z from "zod";
import { issuesOf } from "../../lib/core/endpoint/issues.ts";
import { referencesAreWellFormed } from "../../lib/core/endpoint/references.ts";
import type { InputIssue } from "../../lib/core/errors.ts";
import type { SourceDocument } from "./document.ts";
import { type PlainIssue, placed } from "./issues.ts";
import { isMap } from "./merge.ts";
import { type Env, fillSecrets, missingSecret } from "./secrets.ts";

/** A section whose secrets are needed in memory only. */
export interface SecretSection<S extends z.ZodType> {
  /** Its key at the top of the file. */
  name: string;
  /** Parses the section once its secrets are put in. */
  schema: S;
  /** Whether a text is a URL whose user info may hold a secret. */
  hasUserInfo(path: string): boolean;
}

/** The section, parsed (null where something is wrong), and what is wrong with it. */
export interface ParsedSection<T> {
  data: T | null;
  issues: InputIssue[];
}

/**
 * Parses a section with its secrets put in: they are resolved at once. What is wrong with a value is said without the
 * value, which may be one of them.
 */
export function parseSecretSection<S extends z.ZodType>(
  section: SecretSection<S>,
  file: unknown,
  source: SourceDocument,
  env: Env,
): ParsedSection<z.output<S>> {
  const written = isMap(file) ? file[section.name] : undefined;
  const missing: PlainIssue[] = [];
  const fill: Fill = { env, missing, hasUserInfo: section.hasUserInfo };
  const filled = fillAll(isMap(written) ? written : {}, section.name, fill);
  const parsed = section.schema.safeParse(filled);
  const wrong = parsed.success
    ? []
    : issuesOf(parsed.error.issues, filled, () => null, section.name).map(withoutValue);
  const unset = new Set(missing.map(({ path }) => path));
  const issues = [...missing, ...wrong.filter(({ path }) => !unset.has(path))];
  return {
    data: parsed.success ? parsed.data : null,
    issues: issues.map((issue) => placed(issue, source)),
  };
}

/** What says which keys stand together holds no value. */
const KEYS_ONLY = /^unknown key|^`/;

/** A key is no secret, and helps; a value may be one. */
function withoutValue(issue: PlainIssue): PlainIssue {
  if (KEYS_ONLY.test(issue.message)) return issue;
  return { ...issue, received: "something else", message: `expected ${issue.expected}` };
}

const malformed = (path: string): PlainIssue => ({
  path,
  expected: "a name in braces after each dollar sign",
  received: "an opening brace that begins no reference",
  message:
    "a dollar sign and a brace begin a reference to NAME, of letters, digits and `_`; double the dollar sign for plain text",
});

interface Fill {
  env: Env;
  missing: PlainIssue[];
  hasUserInfo(path: string): boolean;
}

/** Puts the secrets into every text; a map stays a map and a list a list. */
function fillAll(value: unknown, path: string, fill: Fill): unknown {
  if (typeof value === "string") {
    if (!referencesAreWellFormed(value)) fill.missing.push(malformed(path));
    const { text, unset } = fillSecrets(value, fill.env, { inUserInfo: fill.hasUserInfo(path) });
    fill.missing.push(...unset.map((name) => missingSecret(name, path)));
    return text;
  }
  if (Array.isArray(value)) return value.map((item, index) => fillAll(item, `${path}[${index}]`, fill));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillAll(item, `${path}.${key}`, fill)]),
  );
}
