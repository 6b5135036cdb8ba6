import { describe, expect, it } from "vitest";
import { type JudgedResponse, judge } from "../../../../lib/core/check/expect.ts";
import type { TlsFacts } from "../../../../lib/core/check/measurement.ts";
import { parseEndpoint } from "../../../../lib/core/endpoint/schema.ts";

const facts: TlsFacts = {
  protocol: "TLSv1.3",
  cipher: "TLS_AES_128_GCM_SHA256",
  validTo: "2026-11-25T10:00:00.000Z",
  daysLeft: 5,
  issuer: "Test CA",
};

const good: JudgedResponse = {
  status: 200,
  headers: {
    "content-type": "text/html; charset=utf-8",
    "x-cache": "HIT, MISS",
    "set-cookie": "sid=hunter2",
  },
  bodyText: '{"status":"up","checks":[{"name":"db","ms":12}],"note":null}',
  bodyTruncated: false,
  totalMs: 120,
  tlsFacts: facts,
};

interface Written {
  expect?: object;
  tls?: object;
}

/** `ok`, or type and message. */
function verdict(written: Written, response: Partial<JudgedResponse> = {}): string {
  const { expect, tls } = parseEndpoint({ url: "https://example.com", ...written }, { org: "o" });
  const outcome = judge(expect, tls, { ...good, ...response });
  return outcome === "ok" ? "ok" : `${outcome.type}: ${outcome.message}`;
}

const body = (expectation: object): Written => ({ expect: { body: expectation } });
const headers = (expectation: object): Written => ({ expect: { headers: expectation } });
const json = (path: string, equals?: unknown): Written =>
  body({ json: [equals === undefined ? { path } : { path, equals }] });

describe("certificate", () => {
  it.each([
    [6, facts, "expect.certificate: the certificate ends in 5 days (2026-11-25), expected 6 days or more"],
    [5, facts, "ok"],
    [
      2,
      { ...facts, daysLeft: 1 },
      "expect.certificate: the certificate ends in 1 day (2026-11-25), expected 2 days or more",
    ],
    [
      1,
      { ...facts, daysLeft: -3 },
      "expect.certificate: the certificate ended 3 days ago (2026-11-25), expected 1 day or more",
    ],
    [14, null, "ok"],
  ])("at least %i days", (minDaysLeft, tlsFacts, expected) => {
    expect(verdict({ tls: { minDaysLeft } }, { tlsFacts })).toBe(expected);
  });

  it("doesn't matter unless asked for", () => {
    expect(verdict({}, { tlsFacts: { ...facts, daysLeft: -3 } })).toBe("ok");
  });
});

describe("status", () => {
  it.each([
    [undefined, 399, "ok"],
    [undefined, 404, "http.error: status 404, expected 200-399"],
    [undefined, 503, "http.error: status 503, expected 200-399"],
    [undefined, 199, "expect.status: status 199, expected 200-399"],
    ["2xx", 302, "expect.status: status 302, expected 2xx"],
    [[200, "301-303", 404], 404, "ok"],
    [[200, "301-303", 404], 300, "expect.status: status 300, expected 200 or 301-303 or 404"],
    [401, 200, "expect.status: status 200, expected 401"],
    [401, 403, "http.error: status 403, expected 401"],
  ])("%j and %i", (status, got, expected) => {
    expect(verdict(status === undefined ? {} : { expect: { status } }, { status: got })).toBe(expected);
  });

  it("doesn't exist for tcp", () => {
    expect(verdict({}, { status: null })).toBe("ok");
    const tcp = parseEndpoint({ url: "tcp://h:1" }, { org: "o" });
    expect(judge(tcp.expect, tcp.tls, { ...good, status: 500 })).toBe("ok");
  });
});

describe("headers", () => {
  it.each([
    [{ "X-Cache": true }, "ok"],
    [{ "X-Cache": "HIT, MISS" }, "ok"],
    [{ "x-cache": { matches: "HIT" } }, "ok"],
    [{ "X-Other": true }, "expect.header: header X-Other is missing"],
    [{ "X-Other": "a" }, 'expect.header: header X-Other is missing, expected "a"'],
    [{ "X-Cache": "HIT" }, 'expect.header: header X-Cache is "HIT, MISS", expected "HIT"'],
    [
      { "X-Cache": { matches: "^MISS" } },
      'expect.header: header X-Cache is "HIT, MISS", expected to match "^MISS"',
    ],
    [{ "Set-Cookie": "sid=1" }, 'expect.header: header Set-Cookie is another, expected "sid=1"'],
    [{ constructor: true }, "expect.header: header constructor is missing"],
    [{ "x-cache": true, "x-b": true }, "expect.header: header x-b is missing"],
  ])("%j", (expectation, expected) => expect(verdict(headers(expectation))).toBe(expected));
});

describe("body", () => {
  it.each([
    [body({ contains: '"up"' }), "ok"],
    [body({ contains: "Welcome" }), 'expect.body: the body does not contain "Welcome"'],
    [body({ matches: '"ms":\\d+' }), "ok"],
    [body({ matches: "(?i)ERROR" }), 'expect.body: the body does not match "(?i)ERROR"'],
    [json("$.status", "up"), "ok"],
    [json("$.note"), "ok"],
    [json("$.note", null), "ok"],
    [json("$.checks[?@.name == 'db'].ms", 12), "ok"],
    [json("$.status", "down"), 'expect.body: $.status is "up", expected "down"'],
    [json("$.missing"), "expect.body: $.missing is not in the JSON body"],
    [json("$.missing", 1), "expect.body: $.missing is not in the JSON body, expected 1"],
    [json("$.checks", 1), "expect.body: $.checks is a list, expected 1"],
    [json("$.checks[0]", "a"), 'expect.body: $.checks[0] is a map, expected "a"'],
    [json("$.note", false), "expect.body: $.note is null, expected false"],
    [
      body({ contains: "up", json: [{ path: "$.status" }, { path: "$.b" }] }),
      "expect.body: $.b is not in the JSON body",
    ],
  ])("%j", (written, expected) => expect(verdict(written)).toBe(expected));

  it.each([
    [body({ contains: "a" }), 'expect.body: the body does not contain "a": it is empty'],
    [body({ matches: "a" }), 'expect.body: the body does not match "a": it is empty'],
    [json("$.a"), "expect.body: the body is not JSON: it is empty"],
  ])("that is empty or absent: %j", (written, expected) => {
    expect(verdict(written, { bodyText: "" })).toBe(expected);
    expect(verdict(written, { bodyText: null })).toBe(expected);
  });

  it("that is no JSON is not quoted", () => {
    expect(verdict(json("$.a"), { bodyText: "<html>hunter2" })).toBe("expect.body: the body is not JSON");
  });

  it("may begin with a byte order mark", () => {
    expect(verdict(json("$.a", 1), { bodyText: '\uFEFF{"a":1}' })).toBe("ok");
  });

  it.each([
    [
      body({ contains: "zzz" }),
      'expect.body: the body does not contain "zzz" in its first 1 MB, and no more was read',
    ],
    [
      body({ matches: "zzz" }),
      'expect.body: the body does not match "zzz" in its first 1 MB, and no more was read',
    ],
    [
      json("$.status"),
      "expect.body: the body is longer than 1 MB: only that much is read, so its JSON can't be",
    ],
    [body({ contains: "up" }), "ok"],
  ])("that was cut: %j", (written, expected) => {
    expect(verdict(written, { bodyTruncated: true })).toBe(expected);
  });

  it("that is longer than a big expression may search", () => {
    const outcome = verdict(body({ matches: "z[ab]{150}" }), { bodyText: "a".repeat(400_000) });
    expect(outcome).toMatch(
      /^expect\.body: the body does not match "z\[ab\]\{150\}" in its first 2\d{5} characters$/,
    );
  });

  it("that is too deep to be looked up in", () => {
    const bodyText = `${"[".repeat(1_000)}${"]".repeat(1_000)}`;
    expect(verdict(json("$..a"), { bodyText })).toBe(
      "expect.body: $..a can't be looked up in the JSON body: the document is nested too deeply or too large",
    );
  });

  it("messages stay short, whatever is expected and found", () => {
    const long = "x".repeat(1_000);
    const outcome = verdict(json("$.a", long), { bodyText: JSON.stringify({ a: "y\n".repeat(10_000) }) });
    expect(outcome.length).toBeLessThan(220);
    expect(outcome).not.toContain("\n");
  });
});

describe("latency", () => {
  it.each([
    [200, "ok"],
    [200.1, "expect.latency: took 201 ms, expected at most 200 ms"],
    [2_340, "expect.latency: took 2340 ms, expected at most 200 ms"],
  ])("%d ms of 200", (totalMs, expected) => {
    expect(verdict({ expect: { maxResponse: "200ms" } }, { totalMs })).toBe(expected);
  });
});

describe("order", () => {
  it("is certificate, status, headers, body, latency", () => {
    const written = {
      tls: { minDaysLeft: 14 },
      expect: { headers: { "x-none": true }, body: { contains: "none" }, maxResponse: "1ms" },
    };
    const mended: Partial<JudgedResponse>[] = [
      { status: 500 },
      { tlsFacts: { ...facts, daysLeft: 90 } },
      { status: 200 },
      { headers: { "x-none": "" } },
      { bodyText: "none" },
      { totalMs: 1 },
    ];
    const outcomes = mended.map((_, i) => verdict(written, Object.assign({}, ...mended.slice(0, i + 1))));
    expect(outcomes.map((outcome) => outcome.split(":")[0])).toEqual([
      ...["expect.certificate", "http.error", "expect.header", "expect.body", "expect.latency"],
      "ok",
    ]);
  });
});
