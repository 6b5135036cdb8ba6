import { fillReferences, referencesIn } from "../../lib/core/endpoint/references.ts";
import type { PlainIssue } from "./issues.ts";
import { isMap } from "./merge.ts";

/** The environment that secrets come from. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Puts the values of the environment in place of `${NAME}`. With `inUserInfo` what stands before the last `@` is
 * percent-encoded: a password may hold any character, a URL may not.
 */
export function fillSecrets(
  written: string,
  env: Env,
  { inUserInfo }: { inUserInfo: boolean },
): { text: string; unset: string[] } {
  const end = inUserInfo ? written.lastIndexOf("@") + 1 : 0;
  const secretOf = (name: string): string => env[name] ?? "";
  const head = fillReferences(written.slice(0, end), (name) => encodeURIComponent(secretOf(name)));
  return {
    text: head + fillReferences(written.slice(end), secretOf),
    unset: referencesIn(written).filter((name) => secretOf(name) === ""),
  };
}

/** The path of the first text that refers to `${name}`, searched in depth; null when there is none. */
export function pathOfSecret(value: unknown, name: string, path: string): string | null {
  if (typeof value === "string") return referencesIn(value).includes(name) ? path : null;
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [`[${index}]`, item])
    : isMap(value)
      ? Object.entries(value).map(([key, item]) => [`.${key}`, item])
      : [];
  for (const [step, item] of entries) {
    const found = pathOfSecret(item, name, `${path}${step}`);
    if (found !== null) return found;
  }
  return null;
}

/** The issue of a `${name}` that the environment doesn't have; never says any value. */
export const missingSecret = (name: string, path: string): PlainIssue => ({
  path,
  expected: `the environment variable ${name}`,
  received: "nothing",
  message: `the environment variable ${name} is not set (or empty): set it before starting Vigie`,
});

/** The issue of a `${name}` where no secrets are to be had. */
export const noSecrets = (name: string, path: string): PlainIssue => ({
  path,
  expected: "no reference to a secret",
  received: name,
  message: `refers to the secret ${name}, which only \`vigie start\` on the machine itself can look up`,
});
