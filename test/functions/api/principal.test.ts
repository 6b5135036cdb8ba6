import { beforeEach, describe, expect, test } from "vitest";
import { KNOWN_MS, makePrincipal } from "../../../functions/api/principal.ts";
import { hashToken, newToken } from "../../../lib/adapters/token/token.ts";
import { parseEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import { isToken } from "../../../lib/core/org/token.ts";
import { memoryTokens } from "../../support/memory-tokens.ts";
import { type Api, makeApi, NOW } from "./support.ts";

const tokenOf = (byte: number): string => newToken((bytes) => new Uint8Array(bytes).fill(byte));
const acme = tokenOf(1);
const globex = tokenOf(2);
const unknown = tokenOf(3);

let tokens: ReturnType<typeof memoryTokens>;
let api: Api;
let now = NOW;

const get = (token: string, path = "/v1/endpoints") =>
  api.call("GET", path, { headers: { Authorization: `Bearer ${token}` } });

beforeEach(async () => {
  now = NOW;
  tokens = memoryTokens();
  await tokens.create(hashToken(acme), { org: "acme", name: "a", createdAt: NOW });
  await tokens.create(hashToken(globex), {
    org: "globex",
    name: "g",
    createdAt: NOW,
    expiresAt: NOW + 30_000,
  });
  api = makeApi({ principal: makePrincipal({ tokens, clock: { now: () => now }, hash: hashToken }) });
});

test("a new token has the form of one, and is stored as a hash of it", () => {
  expect(isToken(acme)).toBe(true);
  expect(acme).toBe("vg_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
  expect(hashToken(acme)).toMatch(/^[0-9a-f]{64}$/);
});

describe("with a token", () => {
  test("its organization's endpoints are there, and no other's", async () => {
    await api.stores.endpoints.put(
      parseEndpoint({ url: "https://a.example", id: "a" }, { org: "acme" }),
      "api",
      null,
    );
    expect((await get(acme)).body["endpoints"]).toHaveLength(1);
    expect((await get(globex)).body["endpoints"]).toHaveLength(0);
    expect((await get(globex, "/v1/endpoints/a")).status).toBe(404);
  });

  test("the scheme's name may be written in any case", async () => {
    const headers = { authorization: `bEARER  ${acme}` };
    expect((await api.call("GET", "/v1/endpoints", { headers })).status).toBe(200);
  });

  test("the store is asked once a minute, not once a request", async () => {
    await get(acme);
    now += KNOWN_MS - 1;
    expect((await get(acme)).status).toBe(200);
    expect(tokens.finds()).toBe(1);
    now += 1;
    await get(acme);
    expect(tokens.finds()).toBe(2);
  });

  test("a clock that was set back makes nothing known for longer", async () => {
    await get(acme);
    now -= 3_600_000;
    await get(acme);
    expect(tokens.finds()).toBe(2);
  });

  test("that expires, not a moment longer, although it is remembered", async () => {
    now += 29_999;
    expect((await get(globex)).status).toBe(200);
    now += 1;
    expect((await get(globex)).status).toBe(401);
    expect(tokens.finds()).toBe(1);
  });

  test("that was made after it had been refused, at once", async () => {
    expect((await get(unknown)).status).toBe(401);
    await tokens.create(hashToken(unknown), { org: "acme", name: "late", createdAt: now });
    expect((await get(unknown)).status).toBe(200);
  });

  test("while more are in use than are remembered, each still works", async () => {
    for (let index = 0; index < 1_100; index++) {
      const token = newToken((bytes) =>
        new Uint8Array(bytes)
          .fill(9)
          .fill(index % 251, 0, 8)
          .fill(index >> 8, 8, 16),
      );
      await tokens.create(hashToken(token), { org: "acme", name: "n", createdAt: NOW }).catch(() => {});
      expect((await get(token)).status).toBe(200);
    }
    const before = tokens.finds();
    expect((await get(acme)).status).toBe(200);
    expect(tokens.finds()).toBe(before + 1);
  });
});

describe("without a valid token", () => {
  const unauthorized = {
    type: "about:blank",
    title: "Unauthorized",
    status: 401,
    code: "unauthorized",
    detail: "Send a valid API token: Authorization: Bearer vg_…. `vigie init` makes the first one.",
    requestId: "r-1",
  };

  test.each<[string, Record<string, string>]>([
    ["none at all", {}],
    ["an empty header", { authorization: "" }],
    ["a scheme alone", { authorization: "Bearer" }],
    ["another scheme", { authorization: `Basic ${acme}` }],
    ["no scheme", { authorization: acme }],
    ["one that nobody made", { authorization: `Bearer ${unknown}` }],
    ["one with a letter too many", { authorization: `Bearer ${acme}x` }],
    ["two", { authorization: `Bearer ${acme} ${acme}` }],
    ["its hash", { authorization: `Bearer ${hashToken(acme)}` }],
  ])("%s: 401, always in the same words", async (_, headers) => {
    const answer = await api.call("GET", "/v1/endpoints", { headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual(unauthorized);
    expect(answer.headers).toMatchObject({
      "content-type": "application/problem+json; charset=utf-8",
      "www-authenticate": 'Bearer realm="vigie"',
    });
    expect(api.faults).toEqual([]);
  });

  test("what has no token's form costs no read", async () => {
    await get("vg_short");
    expect(tokens.finds()).toBe(0);
  });

  test("a body is not even parsed", async () => {
    const answer = await api.call("POST", "/v1/endpoints", { raw: "{ no JSON" });
    expect(answer.status).toBe(401);
  });

  test("/healthz is open", async () => {
    expect((await api.call("GET", "/healthz")).status).toBe(200);
  });
});

test("while the tokens can't be read nobody is told that theirs is wrong", async () => {
  const find = () => Promise.reject(new Unavailable("throttled"));
  api = makeApi({
    principal: makePrincipal({ tokens: { find }, clock: { now: () => now }, hash: hashToken }),
  });
  expect((await get(acme)).status).toBe(503);
});
