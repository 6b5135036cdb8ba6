import type { APIGatewayProxyEventV2 } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HttpRequest, logTime, toEvent } from "../../../../lib/adapters/http/event.ts";
import documentedSample from "../../../fixtures/apigw/http-api-v2.json" with { type: "json" };
import browserSample from "../../../fixtures/apigw/http-api-v2-browser.json" with { type: "json" };

const bare: HttpRequest = {
  method: "GET",
  target: "/",
  httpVersion: "1.1",
  headers: { host: ["127.0.0.1:7700"] },
  sourceIp: "127.0.0.1",
  body: Buffer.alloc(0),
  requestId: "id",
  at: 0,
};

type Sample = Pick<
  APIGatewayProxyEventV2,
  "rawPath" | "rawQueryString" | "cookies" | "headers" | "body" | "requestContext"
>;

/** The request that a client would have sent for the sample's event to arise. */
function requestOf(sample: Sample, more: Record<string, string[]> = {}): HttpRequest {
  const { rawPath, rawQueryString, cookies = [], headers, body = "", requestContext } = sample;
  const { method, sourceIp } = requestContext.http;
  const sent = Object.entries(headers).map(([name, value = ""]) => [name, [value]] as const);
  return {
    method,
    target: rawQueryString === "" ? rawPath : `${rawPath}?${rawQueryString}`,
    httpVersion: "1.1",
    headers: { ...Object.fromEntries(sent), cookie: [cookies.join("; ")], ...more },
    sourceIp,
    body: Buffer.from(body),
    requestId: requestContext.requestId,
    at: requestContext.timeEpoch,
  };
}

describe("the event made of a request", () => {
  it("is the one API Gateway documents, but for what is API Gateway's own", () => {
    const request = requestOf(documentedSample, {
      header2: ["value1", "value2"],
      host: ["id.execute-api.us-east-1.amazonaws.com"],
      "user-agent": ["agent"],
      "content-type": ["text/plain"],
    });
    const { pathParameters, stageVariables, requestContext, ...rest } = documentedSample;
    const { authentication, authorizer, ...context } = requestContext;
    expect([pathParameters, stageVariables, authentication, authorizer]).toBeDefined();
    expect(toEvent(request)).toEqual({
      ...rest,
      headers: {
        ...rest.headers,
        host: "id.execute-api.us-east-1.amazonaws.com",
        "user-agent": "agent",
        "content-type": "text/plain",
      },
      requestContext: {
        ...context,
        accountId: "local",
        apiId: "local",
        time: "04/Mar/2020:19:03:58 +0000", // the sample's own is another day than its timeEpoch
      },
    });
  });

  it("of a browser's request is the one the Lambda guide documents", () => {
    const { requestContext, isBase64Encoded, ...rest } = browserSample;
    expect(isBase64Encoded).toBe(true); // without a body; ours says false then
    expect(toEvent(requestOf(browserSample))).toEqual({
      ...rest,
      routeKey: "$default",
      requestContext: {
        ...requestContext,
        accountId: "local",
        apiId: "local",
        routeKey: "$default",
        stage: "$default",
      },
      isBase64Encoded: false,
    });
  });

  it("leaves out what is empty", () => {
    const event = toEvent(bare);
    expect(Object.keys(event).toSorted()).toEqual(
      [
        "headers",
        "isBase64Encoded",
        "rawPath",
        "rawQueryString",
        "requestContext",
        "routeKey",
        "version",
      ].toSorted(),
    );
    expect(event.rawQueryString).toBe("");
  });

  it("decodes the query's parameters and keeps the raw query", () => {
    const event = toEvent({ ...bare, target: "/a%20b?q=x%26y&q=z+1&empty=&flag&r=a?b" });
    expect(event.rawPath).toBe("/a%20b");
    expect(event.rawQueryString).toBe("q=x%26y&q=z+1&empty=&flag&r=a?b");
    expect(event.queryStringParameters).toEqual({ q: "x&y,z 1", empty: "", flag: "", r: "a?b" });
  });

  it("takes names like __proto__ for names", () => {
    const event = toEvent({ ...bare, target: "/?__proto__=a&constructor=b" });
    expect(Object.entries(event.queryStringParameters ?? {})).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  it("puts the cookies of several headers into one list and out of the headers", () => {
    const event = toEvent({ ...bare, headers: { cookie: ["a=1; b=2", "c=3"] } });
    expect(event.cookies).toEqual(["a=1", "b=2", "c=3"]);
    expect(event.headers).not.toHaveProperty("cookie");
  });

  it.each([
    "text/plain",
    "text/html; charset=utf-8",
    "application/json",
    "Application/JSON; charset=UTF-8",
    "application/xml",
  ])("has a body of type %s as text", (type) => {
    const body = Buffer.from("é");
    const event = toEvent({ ...bare, headers: { "content-type": [type] }, body });
    expect(event).toMatchObject({ body: "é", isBase64Encoded: false });
  });

  it.each([
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/reports+json",
    "image/png",
    "",
  ])("has a body of type %j as base64", (type) => {
    const body = Buffer.from([0, 255, 128]);
    const event = toEvent({ ...bare, headers: type === "" ? {} : { "content-type": [type] }, body });
    expect(event).toMatchObject({ body: "AP+A", isBase64Encoded: true });
  });

  it("loses no byte of any body of a binary type", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const event = toEvent({ ...bare, body: Buffer.from(bytes) });
        expect(Uint8Array.from(Buffer.from(event.body ?? "", "base64"))).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it("writes times as Common Log Format does", () => {
    expect(logTime(Date.UTC(2026, 0, 2, 3, 4, 5))).toBe("02/Jan/2026:03:04:05 +0000");
  });
});
