import { beforeEach, describe, expect, test } from "vitest";
import { policyOf } from "../../../lib/core/alert/policy.ts";
import { initialState, step } from "../../../lib/core/alert/step.ts";
import { parseEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { Conflict } from "../../../lib/core/errors.ts";
import type { AlertStore } from "../../../lib/core/ports.ts";
import { type Api, eventOf, makeApi, NOW, recordOf } from "./support.ts";

let api: Api;
beforeEach(() => {
  api = makeApi();
});

const shop = { id: "shop", name: "Shop", url: "https://shop.example/", interval: "60s" };

async function created(body: unknown = shop): Promise<string> {
  const { status, headers, body: answer } = await api.call("POST", "/v1/endpoints", { body });
  expect({ status, answer }).toMatchObject({ status: 201 });
  return String(headers["etag"]);
}

/** Puts the endpoint down: its alert state holds an open incident. */
async function bringDown(id = "shop"): Promise<string> {
  const stored = await api.stores.endpoints.get("default", id);
  if (stored === null) throw new Error("no such endpoint");
  const policy = policyOf(stored.endpoint, ["local"]);
  const minute = NOW - (NOW % 60_000);
  const outcomes = [2, 1, 0].map((ago) => {
    const { region, scheduledAt, outcome, totalMs } = recordOf(id, minute - ago * 60_000, false);
    return { region, scheduledAt, outcome, totalMs };
  });
  const fresh = { ...initialState(policy), windowStart: minute - 3_600_000 };
  const { state } = step(policy, fresh, { outcomes, evidence: [] }, NOW);
  expect(state.verdict).toBe("down");
  await api.stores.alerts.putMany([{ state, expected: null }]);
  await api.stores.ticks.append([recordOf(id, minute, false)]);
  return state.incident?.id ?? "";
}

describe("creating", () => {
  test("answers the endpoint with defaults, its place and its ETag", async () => {
    const { status, headers, body } = await api.call("POST", "/v1/endpoints", { body: shop });
    expect(status).toBe(201);
    expect(headers).toMatchObject({ location: "/v1/endpoints/shop", etag: expect.stringMatching(/^"\d+"$/) });
    expect(body).toMatchObject({
      endpoint: { ...shop, interval: "1m", timeout: "10s", method: "GET" },
      origin: "api",
      status: { verdict: "unknown", failing: [] },
    });
  });

  test("makes an id where none is given", async () => {
    const { headers } = await api.call("POST", "/v1/endpoints", { body: { url: "https://x.example/y" } });
    expect(headers["location"]).toBe("/v1/endpoints/x.example-y");
  });

  test("refuses what is wrong, every issue with path, expectation and what was received", async () => {
    const { status, headers, body } = await api.call("POST", "/v1/endpoints", {
      body: { url: "nonsense", interval: "61s", colour: "red" },
    });
    expect(status).toBe(400);
    expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(body).toMatchObject({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      code: "invalid_input",
    });
    expect(body["issues"]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          path: "interval",
          expected: expect.stringContaining("interval"),
          received: '"61s"',
        }),
        expect.objectContaining({ path: "colour" }),
        expect.objectContaining({ path: "url" }),
      ]),
    );
  });

  test.each([
    ["no JSON", { raw: "{" }, 400],
    ["no body", {}, 415],
    ["a list", { body: [] }, 400],
    ["null", { raw: "null" }, 400],
    [
      "another media type",
      { raw: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
    ],
    ["a prototype", { raw: '{"url":"https://a.example/","__proto__":{"x":1}}' }, 400],
    ["more than 256 KB", { raw: JSON.stringify({ url: "x".repeat(256 * 1024) }) }, 413],
  ])("refuses %s", async (_what, options, status) => {
    const answer = await api.call("POST", "/v1/endpoints", options);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toMatch(/problem\+json/);
    expect(api.faults).toEqual([]);
  });

  test("takes a body that API Gateway encoded", async () => {
    const handle = api.handle;
    const event = eventOf("POST", "/v1/endpoints", { raw: btoa(JSON.stringify(shop)) });
    expect((await handle({ ...event, isBase64Encoded: true })).statusCode).toBe(201);
    const tooLong = eventOf("POST", "/v1/endpoints", { raw: btoa("x".repeat(256 * 1024 + 1)) });
    expect((await handle({ ...tooLong, isBase64Encoded: true })).statusCode).toBe(413);
  });

  test("refuses an id that exists", async () => {
    await created();
    const { status, body } = await api.call("POST", "/v1/endpoints", { body: shop });
    expect({ status, code: body["code"] }).toEqual({ status: 409, code: "conflict" });
    expect(body["detail"]).toContain("PUT /v1/endpoints/shop");
  });

  test("refuses references to secrets it was not given: they could be sent anywhere", async () => {
    const body = { url: "https://thief.example/", headers: { "x-a": ["$", "{AWS_SECRET}"].join("") } };
    const answer = await api.call("POST", "/v1/endpoints", { body });
    expect(answer.status).toBe(400);
    expect(answer.body["detail"]).toContain("AWS_SECRET can't be used here");
    const trusting = makeApi({ mayUseSecret: (name) => name === "AWS_SECRET" });
    expect((await trusting.call("POST", "/v1/endpoints", { body })).status).toBe(201);
  });
});

describe("reading", () => {
  test("one: with its ETag, verdict and since when", async () => {
    const etag = await created();
    const incident = await bringDown();
    const { status, headers, body } = await api.call("GET", "/v1/endpoints/shop");
    expect({ status, etag: headers["etag"] }).toEqual({ status: 200, etag });
    expect(body["status"]).toMatchObject({
      verdict: "down",
      failing: [{ region: "local", since: expect.stringMatching(/^2026-11-20T12:00:00/) }],
      incident,
    });
  });

  test("one that was judged and never in trouble has no since", async () => {
    await created();
    const stored = await api.stores.endpoints.get("default", "shop");
    if (stored === null) throw new Error("not stored");
    const state = initialState(policyOf(stored.endpoint, ["local"]));
    await api.stores.alerts.remove("default", "shop");
    await api.stores.alerts.putMany([{ state, expected: null }]);
    const { body } = await api.call("GET", "/v1/endpoints/shop");
    expect(body["status"]).toMatchObject({ since: null });
  });

  test("one that nobody has heard of lately is unknown, though it was down", async () => {
    await created();
    await bringDown();
    api.setNow(NOW + 3_600_000);
    const { body } = await api.call("GET", "/v1/endpoints/shop");
    expect(body["status"]).toMatchObject({ verdict: "unknown", failing: [{ region: "local" }] });
  });

  test("one whose latest outcomes were our own fault is unknown", async () => {
    await created();
    const ours = [NOW - 90_000, NOW - 30_000].map((at) => ({
      ...recordOf("shop", at, false),
      invalid: "no canary",
    }));
    await api.stores.ticks.append(ours);
    expect((await api.call("GET", "/v1/endpoints/shop")).body["status"]).toMatchObject({
      verdict: "unknown",
    });
  });

  test("one that was edited before it was ever judged is judged from the edit on", async () => {
    const etag = await created();
    const body = { ...shop, url: "https://other.example/" };
    await api.call("PUT", "/v1/endpoints/shop", { body, headers: { "if-match": String(etag) } });
    expect((await api.stores.alerts.get("default", "shop"))?.value).toMatchObject({
      windowStart: NOW,
      incident: null,
    });
  });

  test("one that is paused says so", async () => {
    await created({ ...shop, enabled: false });
    expect((await api.call("GET", "/v1/endpoints/shop")).body["status"]).toMatchObject({ verdict: "paused" });
  });

  test("secrets written out in headers are hidden", async () => {
    await created({
      ...shop,
      headers: { Authorization: "Bearer abc", "X-Api-Key": "k", accept: "text/html" },
    });
    const { body } = await api.call("GET", "/v1/endpoints/shop");
    expect(body["endpoint"]).toMatchObject({
      headers: { Authorization: "***", "X-Api-Key": "***", accept: "text/html" },
    });
  });

  test("user and password of a URL are hidden", async () => {
    await created({ ...shop, url: "https://joe:hunter2@shop.example/" });
    const { raw } = await api.call("GET", "/v1/endpoints/shop");
    expect(raw.body).not.toContain("hunter2");
    expect(raw.body).not.toContain(btoa("joe:hunter2"));
  });

  test("many: in pages, by id", async () => {
    for (const id of ["c", "a", "b"]) await created({ id, url: `https://${id}.example/` });
    const ids = ({ body }: { body: Record<string, unknown> }) =>
      (body["endpoints"] as { endpoint: { id: string } }[]).map(({ endpoint }) => endpoint.id);
    const first = await api.call("GET", "/v1/endpoints", { query: { limit: "2" } });
    expect(ids(first)).toEqual(["a", "b"]);
    expect(first.body["next"]).toEqual({ after: "b" });
    const second = await api.call("GET", "/v1/endpoints", { query: { limit: "2", after: "b" } });
    expect(ids(second)).toEqual(["c"]);
    expect(second.body["next"]).toBeNull();
  });

  test("another organization's looks like none", async () => {
    await created();
    const other = makeApi({ principal: () => ({ org: "other" }), endpoints: api.stores.endpoints });
    expect((await other.call("GET", "/v1/endpoints/shop")).status).toBe(404);
    expect((await other.call("GET", "/v1/endpoints")).body["endpoints"]).toEqual([]);
  });
});

describe("replacing", () => {
  test("needs the version that was read", async () => {
    const etag = await created();
    const put = (headers: Record<string, string>) =>
      api.call("PUT", "/v1/endpoints/shop", { body: { ...shop, name: "New" }, headers });
    expect(await put({})).toMatchObject({ status: 428, body: { code: "precondition_required" } });
    expect(await put({ "if-match": '"999"' })).toMatchObject({ status: 412, headers: { etag } });
    const done = await put({ "If-Match": etag });
    expect(done).toMatchObject({ status: 200, body: { endpoint: { name: "New" } } });
    expect(done.headers["etag"]).not.toBe(etag);
    expect(await put({ "if-match": etag })).toMatchObject({ status: 412 });
  });

  test("takes back what reading gave, hidden values included", async () => {
    const etag = await created({ ...shop, headers: { authorization: "Bearer abc" } });
    const { body } = await api.call("GET", "/v1/endpoints/shop");
    const put = await api.call("PUT", "/v1/endpoints/shop", {
      body: body["endpoint"],
      headers: { "if-match": etag },
    });
    expect(put.status).toBe(200);
    const stored = await api.stores.endpoints.get("default", "shop");
    expect(stored?.endpoint.headers).toEqual({ authorization: "Bearer abc" });
  });

  test("does not store the mask where nothing was hidden", async () => {
    const etag = await created();
    const body = { ...shop, headers: { authorization: "***" } };
    const answer = await api.call("PUT", "/v1/endpoints/shop", { body, headers: { "if-match": etag } });
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: 'headers["authorization"]' }] } });
  });

  test("can't change the id", async () => {
    const etag = await created();
    const body = { ...shop, id: "other" };
    expect(
      await api.call("PUT", "/v1/endpoints/shop", { body, headers: { "if-match": etag } }),
    ).toMatchObject({
      status: 400,
      body: { issues: [{ path: "id", received: '"other"' }] },
    });
  });

  test("closes an open incident when what is checked changed, and restarts the window", async () => {
    const etag = await created();
    await bringDown();
    const body = { ...shop, url: "https://new.example/" };
    await api.call("PUT", "/v1/endpoints/shop", { body, headers: { "if-match": etag } });
    const state = (await api.stores.alerts.get("default", "shop"))?.value;
    expect(state).toMatchObject({ verdict: "up", incident: null, windowStart: NOW });
    expect(state?.effects).toMatchObject([{ do: "record", incident: { closed: "edited", endedAt: NOW } }]);
  });

  test("leaves the incident open when only the name changed", async () => {
    const etag = await created();
    const incident = await bringDown();
    const body = { ...shop, name: "Other name" };
    await api.call("PUT", "/v1/endpoints/shop", { body, headers: { "if-match": etag } });
    expect((await api.stores.alerts.get("default", "shop"))?.value.incident?.id).toBe(incident);
  });

  test("a pause closes it as paused", async () => {
    const etag = await created();
    await bringDown();
    const body = { ...shop, enabled: false };
    await api.call("PUT", "/v1/endpoints/shop", { body, headers: { "if-match": etag } });
    const state = (await api.stores.alerts.get("default", "shop"))?.value;
    expect(state?.effects).toMatchObject([{ do: "record", incident: { closed: "paused" } }]);
  });

  test("a resume starts a new window", async () => {
    const etag = await created({ ...shop, enabled: false });
    const headers = { "if-match": etag };
    const policy = policyOf(parseEndpoint(shop, { org: "default" }), ["local"]);
    await api.stores.alerts.putMany([{ state: { ...initialState(policy), windowStart: 1 }, expected: null }]);
    await api.call("PUT", "/v1/endpoints/shop", { body: { ...shop, enabled: true }, headers });
    expect((await api.stores.alerts.get("default", "shop"))?.value.windowStart).toBe(NOW);
  });

  test("of none is 404", async () => {
    const answer = await api.call("PUT", "/v1/endpoints/none", { body: shop, headers: { "if-match": "*" } });
    expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
  });
});

describe("deleting", () => {
  test("needs the version, closes the incident as deleted, and is final", async () => {
    const etag = await created();
    await bringDown();
    expect(await api.call("DELETE", "/v1/endpoints/shop")).toMatchObject({ status: 428 });
    expect(await api.call("DELETE", "/v1/endpoints/shop", { headers: { "if-match": etag } })).toMatchObject({
      status: 204,
    });
    const state = (await api.stores.alerts.get("default", "shop"))?.value;
    expect(state?.effects).toMatchObject([{ do: "record", incident: { closed: "deleted" } }]);
    expect((await api.call("GET", "/v1/endpoints/shop")).status).toBe(404);
  });

  test("writes its incident's end although others write the same state meanwhile", async () => {
    const etag = await created();
    await bringDown();
    let collisions = 3;
    const { alerts } = api.stores;
    const busy: AlertStore = {
      ...alerts,
      get: (org, id) => alerts.get(org, id),
      getMany: (org, ids) => alerts.getMany(org, ids),
      putMany: async (writes) => {
        if (collisions-- <= 0) return alerts.putMany(writes);
        const stored = await alerts.get("default", "shop");
        if (stored !== null) await alerts.putMany([{ state: stored.value, expected: stored.version }]);
        return alerts.putMany(writes);
      },
    };
    const contended = makeApi({ alerts: busy, endpoints: api.stores.endpoints });
    expect(
      (await contended.call("DELETE", "/v1/endpoints/shop", { headers: { "if-match": etag } })).status,
    ).toBe(204);
    expect((await alerts.get("default", "shop"))?.value.incident).toBeNull();
  });

  test("is done although the incident can't be closed now: the watchdog closes it, the answer says try again", async () => {
    const etag = await created();
    await bringDown();
    const { alerts, endpoints } = api.stores;
    const stuck = makeApi({
      endpoints,
      alerts: { ...alerts, putMany: async () => ({ conflicts: ["shop"] }) },
    });
    const answer = await stuck.call("DELETE", "/v1/endpoints/shop", { headers: { "if-match": etag } });
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(stuck.faults.map(String)).toEqual([expect.stringContaining("alert state of shop kept changing")]);
    expect((await api.call("GET", "/v1/endpoints/shop")).status).toBe(404);
  });

  test("that lost a race after its version was right is a failed precondition", async () => {
    const etag = await created();
    const racing = makeApi({
      endpoints: {
        ...api.stores.endpoints,
        get: (org, id) => api.stores.endpoints.get(org, id),
        remove: async () => {
          throw new Conflict("another version");
        },
      },
    });
    const answer = await racing.call("DELETE", "/v1/endpoints/shop", { headers: { "if-match": etag } });
    expect(answer).toMatchObject({ status: 412, body: { code: "precondition_failed" } });
  });
});

describe("what a file declares", () => {
  beforeEach(async () => {
    const endpoint = parseEndpoint(shop, { org: "default" });
    await api.stores.endpoints.replaceAll("file", [endpoint]);
  });

  test.each(["PUT", "DELETE"])("can't be changed by %s, and the answer names the file", async (method) => {
    const body = method === "PUT" ? { body: shop } : {};
    const answer = await api.call(method, "/v1/endpoints/shop", { ...body, headers: { "if-match": "*" } });
    expect(answer).toMatchObject({ status: 409, body: { code: "refused" } });
    expect(answer.body["detail"]).toBe(
      '"shop" is declared in /etc/vigie.yaml: change it there, and it is taken over within seconds.',
    );
    expect(await api.stores.endpoints.get("default", "shop")).toMatchObject({ origin: "file" });
  });

  test("can't be shadowed by a new one", async () => {
    expect((await api.call("POST", "/v1/endpoints", { body: shop })).status).toBe(409);
  });

  test("is read like any other", async () => {
    expect((await api.call("GET", "/v1/endpoints/shop")).body).toMatchObject({ origin: "file" });
  });
});
