import querystring from "node:querystring";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { InvalidInput, Unavailable } from "../../core/errors.ts";
import { oneLine, type Refusal, refusalOf } from "./answer.ts";
import type { AuthSource, InfluxAuth } from "./auth.ts";

export interface InfluxTarget {
  /** Where InfluxDB listens, with a path before `/write` and a query (`?rp=…`) where it wants them. */
  url: string;
  /** 1.x and 3.x: the database; 2.x: what a DBRP mapping leads to a bucket. */
  database: string;
  auth: AuthSource;
}

export type WriteAnswer =
  | { kind: "written" }
  /** Something in it was refused; the rest may be written, or not. */
  | { kind: "refused"; refusal: Refusal }
  | { kind: "too-large" };

/** Writes lines at once. Throws Unavailable when the same request may succeed later. */
export type PostLines = (lines: readonly string[]) => Promise<WriteAnswer>;

const ANSWER_LIMIT_BYTES = 256 * 1024;
const compress = promisify(gzip);

const advice: Record<number, string> = {
  401: "check user, password or token (2.x: scheme Token, 3.x: Bearer)",
  403: "the user or token may not write to this database",
  404: "create the database, or on 2.x a DBRP mapping to the bucket, and check the URL",
};

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  const issue = { path: "url", expected: "an http or https URL", received: "something else" };
  throw new InvalidInput([{ ...issue, message: "is not an http or https URL" }]);
}

function writeUrl({ url: text, database }: InfluxTarget): URL {
  const url = parseUrl(text);
  url.username = "";
  url.password = "";
  url.hash = "";
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/write`;
  url.searchParams.set("db", database);
  url.searchParams.set("precision", "ms");
  return url;
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** User info in the URL is basic authentication, as everywhere, unless something else is given. */
function authorization(auth: InfluxAuth | null, { username, password }: URL): Record<string, string> {
  if (auth?.scheme === "Basic") return { authorization: basic(auth.user, auth.password) };
  if (auth !== null) return { authorization: `${auth.scheme} ${auth.token}` };
  if (username === "" && password === "") return {};
  return { authorization: basic(querystring.unescape(username), querystring.unescape(password)) };
}

/** An answer is read up to a limit: what comes after it is not needed. */
async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > ANSWER_LIMIT_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, ANSWER_LIMIT_BYTES);
}

/** Only the code of a network's error: its message may hold the URL. */
function whyNoAnswer(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "it did not answer in time";
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  return `no answer (${code})`;
}

async function answerOf(response: Response, where: string): Promise<WriteAnswer> {
  const { status } = response;
  const body = await bodyOf(response);
  if (status >= 200 && status < 300) return { kind: "written" };
  if (status === 413) return { kind: "too-large" };
  if (status === 400 || status === 422) return { kind: "refused", refusal: refusalOf(body) };
  const moved = status >= 300 && status < 400 ? "redirects are not followed: configure the final URL" : null;
  const said = moved ?? advice[status] ?? (oneLine(refusalOf(body).reason) || "try again later");
  throw new Unavailable(`InfluxDB at ${where} took no measurements: it answered ${status}; ${said}.`);
}

const HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  "content-encoding": "gzip",
  "user-agent": "vigie",
};

/** @throws InvalidInput at once for a URL that is none */
export function makePost(target: InfluxTarget, timeoutMs: number): PostLines {
  const url = writeUrl(target);
  const given = parseUrl(target.url);

  async function request(body: Buffer<ArrayBuffer>, auth: InfluxAuth | null): Promise<WriteAnswer> {
    const headers = { ...authorization(auth, given), ...HEADERS };
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
    if (response.status === 401 || response.status === 403) target.auth.refused();
    return answerOf(response, url.host);
  }

  return async (lines) => {
    const auth = await target.auth.current();
    const body = await compress(`${lines.join("\n")}\n`);
    try {
      return await request(body, auth);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      const why = whyNoAnswer(error);
      throw new Unavailable(`InfluxDB at ${url.host} took no measurements: ${why}.`, { cause: error });
    }
  };
}
