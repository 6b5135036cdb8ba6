import { judge } from "../../core/check/expect.ts";
import type { TlsFacts } from "../../core/check/measurement.ts";
import type { Outcome } from "../../core/check/outcome.ts";
import type { Endpoint, Expectation } from "../../core/endpoint/endpoint.ts";
import type { Body } from "./decode.ts";
import type { Answer } from "./exchange.ts";

/** Whether a promise of the endpoint is about the body: else its bytes are counted and not kept. */
export const needsBody = (expect: Expectation): boolean =>
  expect.bodyContains !== undefined || expect.bodyMatches !== undefined || expect.json.length > 0;

const CHARSET = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i;

/** The text of a body in the charset its header names; UTF-8 where it names none, or one that nobody knows. */
export function textOf(bytes: Buffer, contentType: string | undefined): string {
  const named = CHARSET.exec(contentType ?? "")?.[1] ?? "utf-8";
  try {
    return new TextDecoder(named).decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder().decode(bytes);
    throw error;
  }
}

/** What the endpoint's promises say about the answer; `body` in its plain form. */
export function judgeAnswer(
  { expect, tls }: Endpoint,
  { status, headers }: Answer,
  body: Body,
  { totalMs, tlsFacts }: { totalMs: number; tlsFacts: TlsFacts | null },
): Outcome {
  return judge(expect, tls, {
    status,
    headers,
    bodyText: needsBody(expect) ? textOf(body.bytes, headers["content-type"]) : null,
    bodyTruncated: body.truncated,
    totalMs,
    tlsFacts,
  });
}
