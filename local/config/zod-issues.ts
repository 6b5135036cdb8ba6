import type * as z from "zod";
import type { PlainIssue } from "./issues.ts";
import { isMap } from "./merge.ts";

type ZodIssue = z.core.$ZodIssue;

/** What zod found wrong, in the project's words: `endpoints[3].url: expected a string, received 12`. */
export function issuesOfZod(error: z.ZodError, input: unknown, prefix = ""): PlainIssue[] {
  return error.issues.flatMap((issue) => {
    const path = pathText(issue.path, prefix);
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(path, key))
      : [issueOf(issue, path, valueAt(input, issue.path))];
  });
}

function unknownKey(parent: string, key: string): PlainIssue {
  const path = parent === "" ? key : `${parent}.${key}`;
  const message = `there is no setting called ${JSON.stringify(key)} here`;
  return { path, expected: "a known setting", received: JSON.stringify(key), message };
}

function issueOf(issue: ZodIssue, path: string, value: unknown): PlainIssue {
  const expected = expectedBy(issue);
  const received = receivedText(value);
  return { path, expected, received, message: `expected ${expected}, received ${received}` };
}

const articles: Record<string, string> = {
  array: "a list",
  object: "a map",
  record: "a map",
  string: "a text",
  number: "a number",
  boolean: "true or false",
};

/** zod's own sentences begin with `Invalid` or `Too`; ours are what was expected, and stay as they are. */
function expectedBy(issue: ZodIssue): string {
  if (!/^(Invalid|Too|Unrecognized)/.test(issue.message)) return issue.message;
  if (issue.code === "invalid_type") return articles[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value)).join(" or ");
  if (issue.code === "too_big") return `at most ${issue.maximum} ${unitOf(issue.origin)}`.trim();
  if (issue.code === "too_small") return `at least ${issue.minimum} ${unitOf(issue.origin)}`.trim();
  return issue.message;
}

const unitOf = (origin: string): string =>
  origin === "string" ? "characters" : origin === "array" ? "entries" : "";

const RECEIVED_LIMIT = 60;

function receivedText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "a map";
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > RECEIVED_LIMIT ? `${text.slice(0, RECEIVED_LIMIT)}…` : text;
}

function pathText(path: readonly PropertyKey[], prefix: string): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    prefix,
  );
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isMap(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined;
  }, input);
}
