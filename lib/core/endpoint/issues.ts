import type * as z from "zod";
import type { InputIssue } from "../errors.ts";
import { nearest } from "./nearest.ts";
import { printableUrl } from "./target.ts";

type Path = readonly PropertyKey[];
type ZodIssue = z.core.$ZodIssue;

/** Values that may hold secrets people wrote out in full: errors name them and don't show them. */
const hiddenPaths = /^(headers|body|auth)(\.|\[|$)/;

/** Writes a path as `expect.json[0].path`; keys that are no plain words as `headers["x-a"]`. */
export function pathText(path: Path, prefix = ""): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    const name = String(key);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === "" ? name : `${text}.${name}`;
  }, prefix);
}

/** Says what was found, shortly, in one line and without secrets. */
export function received(value: unknown, path: string): string {
  if (value === undefined) return "nothing";
  if (value === null) return "nothing (null)";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a map";
  if (hiddenPaths.test(path)) return `a ${typeof value} (not shown)`;
  if (typeof value !== "string") return String(value);
  const shown = path === "url" ? printableUrl(value) : value;
  return JSON.stringify(shown.length > 60 && path !== "url" ? `${shown.slice(0, 59)}…` : shown);
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<PropertyKey, unknown>)[key]; // an object that has the key
  }, input);
}

/**
 * Turns what zod found into issues for people, one for each path.
 * @param homeOf where a key belongs that stands in the wrong map, as `alert`; null when it belongs nowhere
 * @param prefix put before every path, as `endpoints[3]`
 */
export function issuesOf(
  found: readonly ZodIssue[],
  input: unknown,
  homeOf: (key: string) => string | null,
  prefix = "",
): InputIssue[] {
  const byPath = new Map<string, InputIssue>();
  for (const issue of found.flatMap(flatten)) {
    for (const told of tell(issue, input, homeOf)) {
      const path = pathText(told.path, prefix);
      if (!byPath.has(path)) byPath.set(path, { ...told, path });
    }
  }
  return [...byPath.values()];
}

/** Of a union's branches only the one that the value was meant for says what is wrong inside it. */
function flatten(issue: ZodIssue): ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.filter(
    (branch) => !branch.some(({ code, path }) => notThis(code) && path.length === 0),
  );
  const [branch] = meant;
  if (meant.length !== 1 || branch === undefined) return [issue];
  return branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(flatten);
}

const notThis = (code: string): boolean => ["invalid_type", "invalid_value", "invalid_union"].includes(code);

type Told = Omit<InputIssue, "path"> & { path: Path };

function tell(issue: ZodIssue, input: unknown, homeOf: (key: string) => string | null): Told[] {
  const at = received(valueAt(input, issue.path), pathText(issue.path));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(issue, key, homeOf));
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? issue.message;
    const key = JSON.stringify(String(issue.path.at(-1)).slice(0, 60));
    return [{ path: issue.path, expected, received: key, message: `expected ${expected}, got ${key}` }];
  }
  if (issue.code === "custom" && issue.params?.["told"] === true)
    return [
      { path: issue.path, expected: String(issue.params["expected"]), received: at, message: issue.message },
    ];
  const expected = issue.message;
  return [{ path: issue.path, expected, received: at, message: `expected ${expected}, got ${at}` }];
}

/** `message` of such an issue is the list of keys there are (fields.ts, `exactly`). */
function unknownKey(issue: ZodIssue, key: string, homeOf: (key: string) => string | null): Told {
  const keys = issue.message.split(" ");
  const close = nearest(key, keys);
  const home = homeOf(key);
  const hint = close !== null ? `; did you mean \`${close}\`?` : home !== null ? `; it belongs ${home}` : "";
  const expected = `one of ${keys.join(", ")}`;
  return {
    path: [...issue.path, key],
    expected,
    received: key.slice(0, 60),
    message: `unknown key${hint}${hint.endsWith("?") ? "" : "."} Known here: ${keys.join(", ")}`,
  };
}
