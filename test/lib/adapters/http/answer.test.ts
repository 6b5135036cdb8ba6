import { describe, expect, it } from "vitest";
import { toAnswer } from "../../../../lib/adapters/http/answer.ts";

const shown = (result: unknown) => {
  const { status, headers, body } = toAnswer(result);
  return { status, headers, body: body.toString("latin1") };
};
const JSON_TYPE = { "content-type": "application/json" };

describe("what becomes of a handler's result", () => {
  it.each<[string, unknown, string]>([
    ["an object without a status is JSON", { message: "hi" }, '{"message":"hi"}'],
    ["a string is taken to be JSON", "Hello from Lambda!", "Hello from Lambda!"],
    ["a list is JSON", [1, 2], "[1,2]"],
    ["nothing is null", undefined, "null"],
  ])("%s", (_, result, body) => {
    expect(shown(result)).toEqual({ status: 200, headers: JSON_TYPE, body });
  });

  it("a structured result is what it says", () => {
    const result = { statusCode: 201, headers: { "X-Count": 2, "Content-Type": "text/csv" }, body: "a,b" };
    expect(shown(result)).toEqual({
      status: 201,
      headers: { "x-count": "2", "content-type": "text/csv" },
      body: "a,b",
    });
  });

  it("a structured result without a type is plain text; without a body it has none", () => {
    expect(shown({ statusCode: 200, body: "x" }).headers).toEqual({
      "content-type": "text/plain; charset=utf-8",
    });
    expect(shown({ statusCode: 204 })).toEqual({ status: 204, headers: {}, body: "" });
  });

  it("base64 becomes bytes", () => {
    expect(shown({ statusCode: 200, body: "AP+A", isBase64Encoded: true }).body).toBe("\x00\xff\x80");
  });

  it("each cookie becomes a Set-Cookie header", () => {
    expect(shown({ statusCode: 200, cookies: ["a=1; Secure", "b=2"] }).headers).toEqual({
      "set-cookie": ["a=1; Secure", "b=2"],
    });
  });

  it("how the connection is kept and the body framed is not the handler's to say", () => {
    const headers = { Connection: "keep-alive", "Transfer-Encoding": "chunked", "Content-Length": "7" };
    expect(shown({ statusCode: 204, headers }).headers).toEqual({});
  });

  it.each([0, 101, 199, 600, 200.5, "200", null, undefined])("a status of %j is a fault", (statusCode) => {
    expect(() => toAnswer({ statusCode })).toThrow(TypeError);
  });
});
