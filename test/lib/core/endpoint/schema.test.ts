import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseEndpoint, renderEndpoint, writtenEndpoint } from "../../../../lib/core/endpoint/schema.ts";
import { type InputIssue, InvalidInput } from "../../../../lib/core/errors.ts";
import { badEndpoints } from "../../../fixtures/endpoints/bad.ts";

const org = "default";
const url = "https://example.com";

function issuesOf(
  input: unknown,
  options: { regions?: number; pathPrefix?: string } = {},
): readonly InputIssue[] {
  try {
    parseEndpoint(input, { org, ...options });
  } catch (error) {
    if (error instanceof InvalidInput) return error.issues;
    throw error;
  }
  return [];
}

describe("defaults", () => {
  it("are laid when only a URL is written", () => {
    expect(parseEndpoint({ url }, { org: "acme" })).toEqual({
      id: "example.com",
      org: "acme",
      url,
      method: "GET",
      headers: {},
      intervalMs: 60_000,
      timeoutMs: 10_000,
      family: "any",
      redirects: 5,
      tls: { verify: true },
      expect: { status: [{ from: 200, to: 399 }], json: [], headers: [] },
      apdexTargetMs: 500,
      alert: {},
      tags: {},
      enabled: true,
    });
  });

  it.each([
    ["a timeout of 4 s under a minute", { interval: "30s" }, { timeoutMs: 4_000 }],
    ["but the owner's own timeout stands", { interval: "30s", timeout: "8s" }, { timeoutMs: 8_000 }],
    ["POST with a body", { body: "a=1" }, { method: "POST", body: "a=1" }],
    [
      "but GET with a body where that is asked for",
      { method: "get", body: "{}" },
      { method: "GET", body: "{}" },
    ],
    ["methods of other protocols keep their case", { method: "propfind" }, { method: "propfind" }],
    ["no status for tcp", { url: "tcp://h:1" }, { expect: { status: [], json: [], headers: [] } }],
    [
      "the rest of a flapping rule",
      { alert: { flapping: { changes: 6 } } },
      {
        alert: { flapping: { changes: 6, withinMs: 3_600_000, quietMs: 1_800_000 } },
      },
    ],
  ])("%s", (_what, written, expected) => {
    expect(parseEndpoint({ url, ...written }, { org })).toMatchObject(expected);
  });
});

describe("the forms people write", () => {
  it.each([
    ["one status", { expect: { status: 204 } }, { expect: { status: [{ from: 204, to: 204 }] } }],
    [
      "several statuses",
      { expect: { status: ["2XX", "301-303", 404] } },
      {
        expect: {
          status: [
            { from: 200, to: 299 },
            { from: 301, to: 303 },
            { from: 404, to: 404 },
          ],
        },
      },
    ],
    ["family as a number", { family: 6 }, { family: "6" }],
    ["tags as a list", { tags: ["shop", "eu"] }, { tags: { shop: "", eu: "" } }],
    ["tags as a map", { tags: { team: "shop" } }, { tags: { team: "shop" } }],
    [
      "expected headers as a map",
      { expect: { headers: { "x-a": "1", "x-b": true, "x-c": { matches: "^a+$" } } } },
      {
        expect: {
          headers: [{ name: "x-a", equals: "1" }, { name: "x-b" }, { name: "x-c", matches: "^a+$" }],
        },
      },
    ],
    [
      "expected headers as a list",
      { expect: { headers: [{ name: "x-a" }] } },
      { expect: { headers: [{ name: "x-a" }] } },
    ],
    ["reminders off", { alert: { reminderEvery: "off" } }, { alert: { reminderEveryMs: 0 } }],
    ["flapping off", { alert: { flapping: "off" } }, { alert: { flapping: "off" } }],
    ["waits alone", { retryWaits: ["1s", "500ms"] }, { alert: { retryWaitsMs: [1_000, 500] } }],
    ["retries alone", { retries: 0 }, { alert: { retries: 0 } }],
    [
      "a maintenance window",
      {
        alert: {
          maintenance: [
            {
              start: "2026-11-20T02:00",
              duration: "2h",
              timeZone: "Europe/Berlin",
              recurrence: { every: "week", days: ["sun"] },
            },
          ],
        },
      },
      {
        alert: {
          maintenance: [
            {
              start: "2026-11-20T02:00",
              durationMs: 7_200_000,
              timeZone: "Europe/Berlin",
              recurrence: { every: "week", days: ["sun"] },
            },
          ],
        },
      },
    ],
    ["a quorum that the regions can reach", { alert: { quorum: 2 } }, { alert: { quorum: 2 } }],
    ["Host", { headers: { Host: "internal" } }, { headers: { Host: "internal" } }],
    [
      "minDaysLeft behind a redirect",
      { url: "http://a.example", tls: { minDaysLeft: 14 } },
      { tls: { minDaysLeft: 14 } },
    ],
  ])("%s", (_what, written, expected) => {
    expect(parseEndpoint({ url, ...written }, { org, regions: 3 })).toMatchObject(expected);
  });

  it.each([
    "http://[2001:db8::1]:8080/x",
    "https://münchen.example/",
    `https://\${HOST}/health?key=\${KEY}`,
    `https://api.\${DOMAIN}:\${PORT}/`,
    `https://\${HOST}:\${PORT}`,
    `tcp://\${HOST}:\${PORT}`,
    "tcp://[::1]:22",
    "tcp://db.example.com:5432/",
    `https://example.com/$\${literal}`,
  ])("URL %s", (text) => expect(parseEndpoint({ url: text }, { org }).url).toBe(text));
});

describe("user info", () => {
  it("leaves the URL and becomes a header", () => {
    const endpoint = parseEndpoint({ url: "https://us%65r:p%40ss:w@example.com:8443/a@b" }, { org });
    expect(endpoint).toMatchObject({
      id: "example.com-8443-a-b",
      url: "https://example.com:8443/a@b",
      headers: { Authorization: `Basic ${btoa("user:p@ss:w")}` },
    });
    expect(endpoint).not.toHaveProperty("auth");
  });

  it("stays apart while it refers to secrets", () => {
    const endpoint = parseEndpoint({ url: `https://user:\${PASS}@example.com` }, { org });
    expect(endpoint).toMatchObject({ url, headers: {}, auth: { user: "user", password: `\${PASS}` } });
  });

  it("may stand under `auth`, in any script", () => {
    const { headers } = parseEndpoint({ url, auth: { user: "jürgen", password: "ключ" } }, { org });
    const bytes = Uint8Array.from(atob(headers["Authorization"]?.slice(6) ?? ""), (char) =>
      char.charCodeAt(0),
    );
    expect(new TextDecoder().decode(bytes)).toBe("jürgen:ключ");
  });

  it("may be a user name alone, and a lone % in it", () => {
    expect(parseEndpoint({ url: "https://100%@example.com" }, { org }).headers).toEqual({
      Authorization: `Basic ${btoa("100%:")}`,
    });
  });

  it("is never shown in an error", () => {
    const texts = [
      { url: "https://user:hunter2@example.com:99999/" },
      { url: "ftp://user:hunter2@example.com" },
      { url, headers: { "x-key": "hunter2\n" } },
      { url, body: "hunter2".repeat(20_000) },
      { url, auth: { user: "a", password: "hunter2".repeat(200) } },
    ].map((input) => JSON.stringify(issuesOf(input)));
    for (const text of texts) {
      expect(text).not.toBe("[]");
      expect(text).not.toContain("hunter2");
    }
  });
});

describe("what is refused", () => {
  it.each(badEndpoints)("$rule", ({ written, regions, path, message }) => {
    const found = issuesOf({ url, ...written }, regions === undefined ? {} : { regions });
    expect(found.map((issue) => [issue.path, issue.message])).toEqual([[path, message]]);
    expect(found.every((issue) => issue.expected !== "" && issue.received !== "")).toBe(true);
  });

  it.each([
    ["text", "https://example.com", '"https://example.com"'],
    ["nothing", undefined, "nothing"],
    ["null", null, "nothing (null)"],
    ["a list", [1], "a list of 1"],
  ])("%s instead of a map", (_what, input, received) => {
    expect(issuesOf(input)).toEqual([
      {
        path: "",
        expected: "a map that describes an endpoint (`url` at least)",
        received,
        message: `expected a map that describes an endpoint (\`url\` at least), got ${received}`,
      },
    ]);
  });

  it("names everything at once, where it stands in the file", () => {
    const input = {
      url: 1,
      enabled: "no",
      expect: { status: 7, body: { json: [{ path: "x" }, { patth: "$" }] } },
    };
    expect(issuesOf(input, { pathPrefix: "endpoints[3]" }).map(({ path }) => path)).toEqual([
      "endpoints[3].url",
      "endpoints[3].expect.status",
      "endpoints[3].expect.body.json[0].path",
      "endpoints[3].expect.body.json[1].path",
      "endpoints[3].expect.body.json[1].patth",
      "endpoints[3].enabled",
    ]);
  });

  it("puts the prefix before rules between fields too", () => {
    const input = { url, interval: "10s", timeout: "20s", alert: { confirm: 100 } };
    expect(
      issuesOf(input, { pathPrefix: "endpoints[0]" }).map(({ path, received }) => [path, received]),
    ).toEqual([
      ["endpoints[0].timeout", '"20s"'],
      ["endpoints[0].alert.confirm", "100"],
    ]);
  });
});

describe("writtenEndpoint", () => {
  it("describes itself to editors", () => {
    const schema = z.toJSONSchema(writtenEndpoint, { io: "input" });
    expect(schema).toMatchObject({ type: "object", required: ["url"], additionalProperties: false });
    for (const [key, property] of Object.entries(schema.properties ?? {}))
      expect([key, property]).toEqual([
        key,
        expect.objectContaining(key === "tls" ? {} : { description: expect.any(String) }),
      ]);
  });
});

describe("renderEndpoint", () => {
  it("writes what people would", () => {
    const written = {
      url: "https://example.com/health",
      name: "Shop",
      interval: "30s",
      expect: { status: ["2xx", 301], body: { contains: "ok" }, headers: { "x-a": true } },
      alert: { window: "10m", reminderEvery: "off", flapping: "off" },
      tags: ["eu"],
    };
    expect(renderEndpoint(parseEndpoint(written, { org }))).toEqual({
      id: "shop",
      name: "Shop",
      url: "https://example.com/health",
      method: "GET",
      redirects: 5,
      tls: { verify: true },
      interval: "30s",
      timeout: "4s",
      family: "any",
      expect: { status: ["2xx", 301], body: { contains: "ok" }, headers: [{ name: "x-a" }] },
      apdexTarget: "500ms",
      alert: { window: "10m", reminderEvery: "off", flapping: "off" },
      tags: { eu: "" },
      enabled: true,
    });
  });
});
