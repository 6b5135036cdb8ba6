import { issuesOf } from "../../lib/core/endpoint/issues.ts";
import { referencesAreWellFormed } from "../../lib/core/endpoint/references.ts";
import type { InputIssue } from "../../lib/core/errors.ts";
import type { NotifySettings } from "../settings.ts";
import type { SourceDocument } from "./document.ts";
import { type PlainIssue, placed } from "./issues.ts";
import { isMap, type PlainMap } from "./merge.ts";
import { notifySchema } from "./schema.ts";
import { type Env, fillSecrets, missingSecret } from "./secrets.ts";

/** The `notify` section, parsed, and what is wrong with it. */
export interface ParsedNotify {
  notify: NotifySettings;
  issues: InputIssue[];
}

/**
 * Parses the `notify` section with its secrets put in: they are needed in memory only, so they are resolved at once.
 * What is wrong with a value is said without the value, which may be one of them.
 */
export function parseNotify(written: PlainMap, source: SourceDocument, env: Env): ParsedNotify {
  const missing: PlainIssue[] = [];
  const filled = fillAll(written, "notify", env, missing);
  const parsed = notifySchema.safeParse(filled);
  const wrong = parsed.success
    ? []
    : issuesOf(parsed.error.issues, filled, () => null, "notify").map(withoutValue);
  const unset = new Set(missing.map(({ path }) => path));
  const issues = [...missing, ...wrong.filter(({ path }) => !unset.has(path))];
  return {
    notify: parsed.success ? notifyOf(parsed.data) : { webhooks: [], email: null },
    issues: issues.map((issue) => placed(issue, source)),
  };
}

function notifyOf({ webhooks = [], email }: ReturnType<typeof notifySchema.parse>): NotifySettings {
  return {
    webhooks: webhooks.map(({ name = "webhook", url, secret, headers = {} }) => ({
      name,
      url,
      headers,
      ...(secret === undefined ? {} : { secret }),
    })),
    email: email === undefined ? null : { ...email, to: [email.to].flat() },
  };
}

/** A key is no secret, and helps; a value may be one. */
function withoutValue(issue: PlainIssue): PlainIssue {
  if (issue.message.startsWith("unknown key")) return issue;
  return { ...issue, received: "something else", message: `expected ${issue.expected}` };
}

const malformed = (path: string): PlainIssue => ({
  path,
  expected: "a name in braces after each dollar sign",
  received: "an opening brace that begins no reference",
  message:
    "a dollar sign and a brace begin a reference to NAME, of letters, digits and `_`; double the dollar sign for plain text",
});

/** Puts the secrets into every text; a map stays a map and a list a list. */
function fillAll(value: unknown, path: string, env: Env, missing: PlainIssue[]): unknown {
  if (typeof value === "string") {
    if (!referencesAreWellFormed(value)) missing.push(malformed(path));
    const { text, unset } = fillSecrets(value, env, { inUserInfo: path.endsWith(".smtp") });
    missing.push(...unset.map((name) => missingSecret(name, path)));
    return text;
  }
  if (Array.isArray(value))
    return value.map((item, index) => fillAll(item, `${path}[${index}]`, env, missing));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillAll(item, `${path}.${key}`, env, missing)]),
  );
}
