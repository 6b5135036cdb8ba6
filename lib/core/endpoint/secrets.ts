import { VigieError } from "../errors.ts";
import type { BasicAuth, Endpoint } from "./endpoint.ts";
import { fillReferences, referencesIn } from "./references.ts";
import { readTarget } from "./target.ts";
import { basic } from "./to-endpoint.ts";

/** Names of the secrets that an endpoint refers to (`${NAME}` in URL, headers, user, password, body), each once. */
export function secretNamesOf(endpoint: Endpoint): string[] {
  const { url, headers, auth, body } = endpoint;
  return referencesIn([url, ...Object.values(headers), auth?.user, auth?.password, body].join("\n"));
}

/**
 * The endpoint as it is sent: references replaced by their values, as they are; `auth` turned into a header.
 * Never store or print the answer.
 * @throws VigieError `secret_missing` (names the secret) or `secret_invalid` (names the field), never a value
 */
export function resolveSecrets(
  { auth, ...endpoint }: Endpoint,
  lookup: (name: string) => string | undefined,
): Endpoint {
  const fill = (text: string) => fillReferences(text, (name) => lookup(name) ?? missing(name, endpoint.id));
  const headers = Object.fromEntries(
    Object.entries(endpoint.headers).map(([name, value]) => [name, fill(value)]),
  );
  if (auth !== undefined) headers["Authorization"] = authorization(auth, fill);
  for (const [name, value] of Object.entries(headers)) refuseBadHeader(name, value, endpoint.id);
  const url = fill(endpoint.url);
  refuseBadUrl(url, endpoint);
  return {
    ...endpoint,
    url,
    headers,
    ...(endpoint.body === undefined ? {} : { body: fill(endpoint.body) }),
  };
}

/** What must not appear in any message about the endpoint: the secrets it refers to, and what is made of them. */
export function secretValuesOf(endpoint: Endpoint, lookup: (name: string) => string | undefined): string[] {
  const values = secretNamesOf(endpoint).map(lookup);
  const fill = (text: string) => fillReferences(text, (name) => lookup(name) ?? "");
  const made = endpoint.auth === undefined ? [] : [authorization(endpoint.auth, fill).slice("Basic ".length)];
  return [...values, ...made].filter((value) => value !== undefined);
}

const authorization = ({ user, password }: BasicAuth, fill: (text: string) => string): string =>
  basic({ user: fill(user), password: fill(password) });

function missing(name: string, id: string): never {
  const message = `Endpoint ${id} needs the secret ${name}: set the environment variable ${name}, or remove \${${name}}.`;
  throw new VigieError("secret_missing", message);
}

/** A line break at the end of a secret's file is the usual reason. */
function refuseBadHeader(name: string, value: string, id: string): void {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return;
  const message = `Endpoint ${id}: the header ${name} can't be sent, because a secret in it holds a line break or another control character.`;
  throw new VigieError("secret_invalid", message);
}

function refuseBadUrl(url: string, endpoint: Omit<Endpoint, "auth">): void {
  if (url === endpoint.url) return;
  const target = readTarget(url);
  if (typeof target !== "string" && target.auth === null && URL.canParse(url)) return;
  const message = `Endpoint ${endpoint.id}: its URL is not valid once its secrets are filled in (${endpoint.url}).`;
  throw new VigieError("secret_invalid", message);
}

const SHORTEST_SECRET = 4;

/**
 * Replaces every secret in a text by `***`, also where it stands percent-encoded or in JSON. Secrets under 4 characters
 * are let be: they would blacken ordinary words and give nothing away.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      JSON.stringify(secret).slice(1, -1),
    ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((shown, form) => shown.replaceAll(form, "***"), text);
}
