import querystring from "node:querystring";
import { Client } from "undici";
import { InvalidInput, Unavailable } from "../../core/errors.ts";
import type { Clock, Notifier } from "../../core/ports.ts";
import { ATTEMPT_TIMEOUT_MS, type Attempt, retrying } from "../retrying.ts";
import { payloadOf } from "./payload.ts";
import { SIGNATURE_HEADER, sign } from "./signature.ts";

export interface WebhookOptions {
  name: string;
  /** http or https. Often a secret in itself: it is never part of an error. */
  url: string;
  /** Key of the signature; without it requests go unsigned. */
  secret?: string;
  headers: Record<string, string>;
  clock: Clock;
  /** How long one try may take (default 6,000). */
  timeoutMs?: number;
}

const MAX_HEADER_BYTES = 16 * 1024;

/** Answers that say "not now": the same request may be taken later. */
const isTransient = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500;

function attemptOf(status: number): Attempt {
  if (status >= 200 && status < 300) return { sent: true };
  const hint = status >= 300 && status < 400 ? "; redirects are not followed: configure the final URL" : "";
  return { sent: false, again: isTransient(status), error: `it answered ${status}${hint}` };
}

/** Only the code of an error is shown: its message may hold the URL. */
function failedAttempt(error: unknown): Attempt {
  const timedOut = error instanceof Error && error.name === "TimeoutError";
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return { sent: false, again: true, error: timedOut ? "it did not answer in time" : `no answer (${code})` };
}

function parseUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  const path = `notify.webhooks.${name}.url`;
  throw new InvalidInput([
    {
      path,
      expected: "an http or https URL",
      received: "something else",
      message: "is not an http or https URL",
    },
  ]);
}

/** User info in a URL becomes basic authentication, as everywhere. */
function authorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const credentials = `${querystring.unescape(username)}:${querystring.unescape(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** Names that are ours to set, whatever the configuration says. */
function headersOf(options: WebhookOptions, url: URL, body: string): Record<string, string> {
  const own: Record<string, string> = { "content-type": "application/json", "user-agent": "vigie" };
  if (options.secret !== undefined) own[SIGNATURE_HEADER] = sign(options.secret, body, options.clock.now());
  const given = Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...authorization(url), ...Object.fromEntries(given), ...own };
}

/** A connection of its own for each try, so that a stale one is never the reason; the answer's body is not read. */
async function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<Attempt> {
  const client = new Client(url.origin, { maxHeaderSize: MAX_HEADER_BYTES, allowH2: false });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const path = `${url.pathname}${url.search}`;
    const { statusCode, body: answer } = await client.request({
      method: "POST",
      path,
      headers,
      body,
      signal,
    });
    answer.on("error", () => {
      // it is cut off below
    });
    return attemptOf(statusCode);
  } catch (error) {
    return failedAttempt(error);
  } finally {
    await client.destroy();
  }
}

/**
 * Posts messages as JSON (payload.ts), signed (signature.ts), tried three times. Follows no redirect: a signed
 * message goes where the configuration says, or nowhere. Any address may be one: the operator chose it.
 * Throws InvalidInput for a bad URL at once; `send` throws Unavailable when the message was not taken.
 */
export function makeWebhookNotifier(options: WebhookOptions): Notifier {
  const url = parseUrl(options.name, options.url);
  const timeoutMs = options.timeoutMs ?? ATTEMPT_TIMEOUT_MS;
  return {
    send: async (message) => {
      const body = JSON.stringify(payloadOf(message));
      const attempt = await retrying(options.clock, () =>
        post(url, headersOf(options, url, body), body, timeoutMs),
      );
      if (!attempt.sent) throw new Unavailable(`The webhook took no message: ${attempt.error}.`);
      return [{ channel: options.name, ok: true, at: options.clock.now() }];
    },
  };
}
