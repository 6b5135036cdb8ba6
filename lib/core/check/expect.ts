import type {
  Expectation,
  HeaderExpectation,
  JsonExpectation,
  TlsExpectation,
} from "../endpoint/endpoint.ts";
import { formatStatus } from "../endpoint/status.ts";
import { VigieError } from "../errors.ts";
import { compileJsonPath, type JsonPath } from "./json-path.ts";
import type { TlsFacts } from "./measurement.ts";
import { cut, type Failure, failure, type Outcome } from "./outcome.ts";
import { compileRegex, type LinearRegex } from "./regex.ts";

/** What came back, as far as the expectations look at it. */
export interface JudgedResponse {
  /** Null for protocols without one. */
  status: number | null;
  /** Names in lower case; several of one name joined by `, `. */
  headers: Readonly<Record<string, string>>;
  /** Null when there was none, or none was read. */
  bodyText: string | null;
  /** Whether the body went on beyond the limit: only its first megabyte was read. */
  bodyTruncated: boolean;
  totalMs: number;
  /** Of the last hop; null without TLS. */
  tlsFacts: TlsFacts | null;
}

/**
 * Compares an answer with what its endpoint promises, in a fixed order: certificate, status, headers, body, latency;
 * the first promise not kept is the outcome. Messages quote little, and of bodies only the JSON values asked for.
 */
export function judge(expect: Expectation, tls: TlsExpectation, response: JudgedResponse): Outcome {
  return (
    judgeCertificate(tls, response) ??
    judgeStatus(expect, response) ??
    judgeHeaders(expect, response) ??
    judgeBody(expect, response) ??
    judgeLatency(expect, response) ??
    "ok"
  );
}

type Judgement = Failure | null;

function judgeCertificate({ minDaysLeft }: TlsExpectation, { tlsFacts }: JudgedResponse): Judgement {
  if (minDaysLeft === undefined || tlsFacts === null || tlsFacts.daysLeft >= minDaysLeft) return null;
  const { daysLeft, validTo } = tlsFacts;
  const ends = daysLeft < 0 ? `ended ${days(-daysLeft)} ago` : `ends in ${days(daysLeft)}`;
  const date = validTo.slice(0, 10);
  return failure(
    "expect.certificate",
    `the certificate ${ends} (${date}), expected ${days(minDaysLeft)} or more`,
  );
}

const days = (count: number): string => (count === 1 ? "1 day" : `${count} days`);

/** A status of 400 or more that was not expected is what browsers call http.error. */
function judgeStatus({ status: ranges }: Expectation, { status }: JudgedResponse): Judgement {
  if (status === null || ranges.length === 0) return null;
  if (ranges.some(({ from, to }) => status >= from && status <= to)) return null;
  const expected = ranges.map(formatStatus).join(" or ");
  return failure(status >= 400 ? "http.error" : "expect.status", `status ${status}, expected ${expected}`);
}

/** Values of these are kept out of messages: they are keys to somebody's session. */
const secretHeaders = ["set-cookie", "authorization", "www-authenticate", "proxy-authenticate"];

function judgeHeaders(expect: Expectation, { headers }: JudgedResponse): Judgement {
  const { headerPatterns } = planOf(expect);
  for (const [i, header] of expect.headers.entries()) {
    const name = header.name.toLowerCase();
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (!keeps(header, headerPatterns[i], value))
      return failure("expect.header", `header ${header.name} is ${gotten(name, value)}${wishFor(header)}`);
  }
  return null;
}

function gotten(name: string, value: string | undefined): string {
  if (value === undefined) return "missing";
  return secretHeaders.includes(name) ? "another" : quoted(value);
}

function wishFor({ equals, matches }: HeaderExpectation): string {
  if (equals !== undefined) return `, expected ${quoted(equals)}`;
  return matches === undefined ? "" : `, expected to match ${quoted(matches)}`;
}

function keeps(
  header: HeaderExpectation,
  pattern: LinearRegex | undefined,
  value: string | undefined,
): boolean {
  if (value === undefined) return false;
  if (header.equals !== undefined) return value === header.equals;
  return pattern === undefined || pattern.search(value);
}

function judgeBody(expect: Expectation, { bodyText, bodyTruncated }: JudgedResponse): Judgement {
  const { bodyContains, json } = expect;
  const { bodyPattern } = planOf(expect);
  const text = bodyText ?? "";
  const readTo = bodyTruncated ? " in its first 1 MB, and no more was read" : "";
  if (bodyContains !== undefined && !text.includes(bodyContains))
    return failure(
      "expect.body",
      `the body does not contain ${quoted(bodyContains)}${readTo || emptyNote(text)}`,
    );
  if (bodyPattern !== undefined && !bodyPattern.search(text)) {
    const searched =
      text.length > bodyPattern.limit ? ` in its first ${bodyPattern.limit} characters` : readTo;
    const pattern = quoted(expect.bodyMatches ?? "");
    return failure("expect.body", `the body does not match ${pattern}${searched || emptyNote(text)}`);
  }
  return json.length === 0 ? null : judgeJson(expect, text, bodyTruncated);
}

const emptyNote = (text: string): string => (text === "" ? ": it is empty" : "");

function judgeJson(expect: Expectation, text: string, truncated: boolean): Judgement {
  if (truncated)
    return failure(
      "expect.body",
      "the body is longer than 1 MB: only that much is read, so its JSON can't be",
    );
  const document = parsedJson(text);
  if (document === null) return failure("expect.body", `the body is not JSON${emptyNote(text)}`);
  const { jsonPaths } = planOf(expect);
  for (const [i, wanted] of expect.json.entries()) {
    const failed = judgeValue(wanted, jsonPaths[i], document.value);
    if (failed !== null) return failed;
  }
  return null;
}

function parsedJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, "")) };
  } catch {
    return null; // a SyntaxError: what it says quotes the body
  }
}

function judgeValue(
  { path, equals }: JsonExpectation,
  compiled: JsonPath | undefined,
  document: unknown,
): Judgement {
  const wish = equals === undefined ? "" : `, expected ${shown(equals)}`;
  try {
    const found = compiled?.first(document) ?? null;
    if (found === null) return failure("expect.body", `${cut(path, 80)} is not in the JSON body${wish}`);
    if (equals === undefined || found.value === equals) return null;
    return failure("expect.body", `${cut(path, 80)} is ${shown(found.value)}${wish}`);
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    return failure("expect.body", `${cut(path, 80)} can't be looked up in the JSON body: ${error.message}`);
  }
}

/** A JSON value in few characters: what is inside lists and maps stays out. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  return typeof value === "string" ? quoted(value) : String(value);
}

const quoted = (text: string): string => `"${cut(text, 50)}"`;

function judgeLatency({ maxResponseMs }: Expectation, { totalMs }: JudgedResponse): Judgement {
  if (maxResponseMs === undefined || totalMs <= maxResponseMs) return null;
  return failure("expect.latency", `took ${Math.ceil(totalMs)} ms, expected at most ${maxResponseMs} ms`);
}

/** The expressions of an expectation, compiled. */
interface Plan {
  bodyPattern: LinearRegex | undefined;
  headerPatterns: (LinearRegex | undefined)[];
  jsonPaths: JsonPath[];
}

/**
 * Compiled once per expectation, not at every check. Keyed weakly by the object itself, which is never changed:
 * a plan lives as long as the endpoint it belongs to, and that it is remembered can't be seen from outside.
 */
const plans = new WeakMap<Expectation, Plan>();

function planOf(expect: Expectation): Plan {
  const known = plans.get(expect);
  if (known !== undefined) return known;
  const optional = (pattern: string | undefined) =>
    pattern === undefined ? undefined : compileRegex(pattern);
  const plan = {
    bodyPattern: optional(expect.bodyMatches),
    headerPatterns: expect.headers.map(({ matches }) => optional(matches)),
    jsonPaths: expect.json.map(({ path }) => compileJsonPath(path)),
  };
  plans.set(expect, plan);
  return plan;
}
