/** What tools that write many endpoints rely on. */
import { beforeEach, describe, expect, test } from "vitest";
import { type Api, type CallOptions, makeApi, NOW, recordOf } from "./support.ts";

let api: Api;
const shop = { id: "shop", url: "https://shop.example/", headers: { "x-api-key": "k1" } };

const call = (method: string, path: string, options?: CallOptions) => api.call(method, path, options);
const put = (body: unknown, etag: unknown, headers: Record<string, string> = {}) =>
  call("PUT", "/v1/endpoints/shop", { body, headers: { "if-match": String(etag), ...headers } });

beforeEach(async () => {
  api = makeApi();
  await call("POST", "/v1/endpoints", { body: shop });
});

describe("a PUT of what is there already", () => {
  test("writes nothing: the version stays, hidden values included", async () => {
    expect(await put(shop, '"1"')).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(await put({ ...shop, headers: { "x-api-key": "***" } }, '"1"')).toMatchObject({
      headers: { etag: '"1"' },
    });
    expect(await put({ ...shop, interval: "60s", enabled: true }, "*")).toMatchObject({
      headers: { etag: '"1"' },
    });
  });

  test("still has to name the version that it is", async () => {
    expect((await put(shop, '"7"')).status).toBe(412);
  });

  test("another value of a secret header is a change", async () => {
    expect(await put({ ...shop, headers: { "x-api-key": "k2" } }, '"1"')).toMatchObject({
      headers: { etag: '"2"' },
    });
  });
});

describe("Prefer: return=minimal", () => {
  const prefer = { Prefer: "respond-async, return=minimal" };

  test("creates and replaces without telling what is known", async () => {
    const made = await call("POST", "/v1/endpoints", {
      body: { id: "b", url: "https://b.example/" },
      headers: prefer,
    });
    expect(made).toMatchObject({
      status: 201,
      headers: { etag: '"2"', location: "/v1/endpoints/b", "preference-applied": "return=minimal" },
    });
    expect(made.raw.body).toBeUndefined();
    const replaced = await put({ ...shop, interval: "2m" }, '"1"', prefer);
    expect(replaced).toMatchObject({ status: 204, headers: { etag: '"3"' } });
  });

  test("a refusal says why all the same", async () => {
    expect(await put({ url: "no" }, '"1"', prefer)).toMatchObject({
      status: 400,
      body: { code: "invalid_input" },
    });
  });
});

describe("the list", () => {
  const record = recordOf("shop", NOW - 30_000, true);
  const shown = async (query?: Record<string, string>) =>
    (await call("GET", "/v1/endpoints", query === undefined ? {} : { query })).body["endpoints"];

  test("status=false leaves out how they are", async () => {
    await api.stores.ticks.append([record]);
    expect(await shown()).toMatchObject([{ version: 1, status: { verdict: "up" } }]);
    expect(await shown({ status: "false" })).toMatchObject([{ version: 1, status: null }]);
  });

  test("any other word is refused", async () => {
    expect(await call("GET", "/v1/endpoints", { query: { status: "no" } })).toMatchObject({ status: 400 });
  });
});
