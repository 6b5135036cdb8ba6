import type { APIGatewayProxyEventV2 } from "aws-lambda";

/** One request as read from the socket. */
export interface HttpRequest {
  method: string;
  /** Path and query as sent: `/v1/endpoints?limit=5`. */
  target: string;
  /** `1.1` or `1.0`. */
  httpVersion: string;
  /** By lower-case name, every value of each. */
  headers: Readonly<Record<string, readonly string[]>>;
  sourceIp: string;
  body: Buffer;
  requestId: string;
  /** Epoch ms. */
  at: number;
}

/** What API Gateway fills in about itself and this host has no equal of. */
const LOCAL = "local";
const DEFAULT = "$default";

/**
 * Bodies of these types arrive as text; all others, and those without a type, as base64. API Gateway documents
 * only "binary"; this is what HTTP APIs were seen to do (form data and `+json` types are base64, too).
 */
const TEXT_TYPE = /^(text\/.+|application\/(json|xml|javascript))$/;

function isText(contentType: string | undefined): boolean {
  const [type = ""] = (contentType ?? "").split(";");
  return TEXT_TYPE.test(type.trim().toLowerCase());
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number: number): string => String(number).padStart(2, "0");

/** Common Log Format in UTC: `12/Mar/2020:19:03:58 +0000`. */
export function logTime(at: number): string {
  const date = new Date(at);
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${day}:${time} +0000`;
}

/** Entries of an object without a prototype, so that no name a client sends means anything but itself. */
function record(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const joined: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) {
    const before = joined[name];
    joined[name] = before === undefined ? value : `${before},${value}`;
  }
  return joined;
}

const cookiesOf = (headers: HttpRequest["headers"]): string[] =>
  (headers["cookie"] ?? []).flatMap((line) => line.split("; ")).filter((cookie) => cookie !== "");

const headersOf = (headers: HttpRequest["headers"]): Record<string, string> =>
  record(
    Object.entries(headers)
      .filter(([name]) => name !== "cookie")
      .flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  );

function bodyOf({ body, headers }: HttpRequest): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = isText(headers["content-type"]?.[0]);
  return { body: body.toString(text ? "utf8" : "base64"), isBase64Encoded: !text };
}

function contextOf(request: HttpRequest, path: string): APIGatewayProxyEventV2["requestContext"] {
  const { method, httpVersion, headers, sourceIp, requestId, at } = request;
  const domainName = (headers["host"]?.[0] ?? "").replace(/:\d+$/, "");
  return {
    accountId: LOCAL,
    apiId: LOCAL,
    domainName,
    domainPrefix: domainName.split(".")[0] ?? "",
    http: {
      method,
      path,
      protocol: `HTTP/${httpVersion}`,
      sourceIp,
      userAgent: headers["user-agent"]?.[0] ?? "",
    },
    requestId,
    routeKey: DEFAULT,
    stage: DEFAULT,
    time: logTime(at),
    timeEpoch: at,
  };
}

/**
 * The event that API Gateway would send for this request: HTTP API, payload format 2.0, route and stage `$default`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 * Absent are the fields that API Gateway leaves out when they are empty, and routing, which is the handler's.
 */
export function toEvent(request: HttpRequest): APIGatewayProxyEventV2 {
  const [path = "", ...rest] = request.target.split("?");
  const rawQueryString = rest.join("?");
  const cookies = cookiesOf(request.headers);
  return {
    version: "2.0",
    routeKey: DEFAULT,
    rawPath: path,
    rawQueryString,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: headersOf(request.headers),
    ...(rawQueryString === "" ? {} : { queryStringParameters: record(new URLSearchParams(rawQueryString)) }),
    requestContext: contextOf(request, path),
    ...bodyOf(request),
  };
}
