import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** What is written to the socket. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

const json = (text: string): HttpAnswer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: Buffer.from(text),
});

/** An answer of the host itself, in the words API Gateway uses. */
export const message = (status: number, text: string): HttpAnswer => ({
  ...json(JSON.stringify({ message: text })),
  status,
});

export const INTERNAL_ERROR = message(500, "Internal Server Error");

/** The connection is the host's business, and so is how a body is framed. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "content-length"]);

const isStructured = (result: unknown): result is APIGatewayProxyStructuredResultV2 =>
  typeof result === "object" && result !== null && "statusCode" in result;

function structured(result: APIGatewayProxyStructuredResultV2): HttpAnswer {
  const { statusCode, headers = {}, body = "", isBase64Encoded = false, cookies = [] } = result;
  if (statusCode === undefined || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599) {
    throw new TypeError(`A handler has to answer with a status from 200 to 599, not ${statusCode}.`);
  }
  const own = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    .filter(([name]) => !HOP_BY_HOP.has(name));
  return {
    status: statusCode,
    headers: {
      ...(body === "" ? {} : { "content-type": "text/plain; charset=utf-8" }),
      ...Object.fromEntries(own),
      ...(cookies.length === 0 ? {} : { "set-cookie": cookies }),
    },
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}

/**
 * What API Gateway makes of a handler's result (payload format 2.0): a structured one as it says; without a
 * status, the result itself as JSON with status 200, where a string is taken to be JSON already.
 * @throws TypeError for a status that is none.
 */
export function toAnswer(result: unknown): HttpAnswer {
  if (isStructured(result)) return structured(result);
  return json(typeof result === "string" ? result : JSON.stringify(result ?? null));
}
