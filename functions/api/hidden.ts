import { referencesIn } from "../../lib/core/endpoint/references.ts";

/** Stands in answers where a header's value is a secret that was written out; in a request it means "as it is". */
export const HIDDEN = "***";

const revealing = /auth|cookie|token|secret|passw|credential|session|signature|api-?key|^x-.*key$/i;

/** Whether a header's value is not to be shown. One that refers to a secret shows the reference, which is none. */
const isSecret = (name: string, value: string): boolean =>
  revealing.test(name) && referencesIn(value).length === 0;

/** Headers as answers may show them. */
export const hideSecrets = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecret(name, value) ? HIDDEN : value]),
  );

/** Puts stored values back where a request repeats what was hidden from it, so that what is read can be written. */
export function keepHidden(body: unknown, stored: Readonly<Record<string, string>>): unknown {
  if (typeof body !== "object" || body === null || !("headers" in body)) return body;
  const { headers } = body;
  if (typeof headers !== "object" || headers === null) return body;
  const known = new Map(Object.entries(stored).map(([name, value]) => [name.toLowerCase(), value]));
  const kept = Object.entries(headers).map(([name, value]: [string, unknown]) => [
    name,
    value === HIDDEN ? (known.get(name.toLowerCase()) ?? value) : value,
  ]);
  return { ...body, headers: Object.fromEntries(kept) };
}
