import { beforeEach, describe, expect, test } from "vitest";
import { makeHandle } from "../../../functions/api/handle.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { Incident } from "../../../lib/core/incident/incident.ts";
import { type Api, eventOf, makeApi, NOW, recordOf } from "./support.ts";

let api: Api;
const minute = NOW - (NOW % 60_000);

beforeEach(async () => {
  api = makeApi();
  await api.call("POST", "/v1/endpoints", { body: { id: "a", url: "https://a.example/", group: "G" } });
  await api.call("POST", "/v1/endpoints", { body: { id: "b", url: "https://b.example/" } });
  const ticks = [4, 3, 2, 1].map((ago) => recordOf("a", minute - ago * 60_000, ago !== 3));
  await api.stores.ticks.append(ticks);
});

const incidentOf = (id: string, startedAt: number, about: Partial<Incident> = {}): Incident => ({
  schema: 1,
  id,
  org: "default",
  endpointId: "a",
  website: "a",
  revision: 1,
  startedAt,
  endedAt: null,
  closed: null,
  worst: "down",
  verdict: "down",
  verdictSince: startedAt,
  availability: 0.5,
  firstFailure: null,
  regions: [],
  announced: [],
  messages: [],
  ...about,
});

describe("statistics", () => {
  test("of one endpoint over a window", async () => {
    const { status, body } = await api.call("GET", "/v1/endpoints/a/stats", { query: { window: "10m" } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      window: "10m",
      ok: 3,
      failed: 1,
      availability: 0.75,
      byStatus: { "200": 3, tcp: 1 },
      response: { avgMs: 13 },
      perRegion: { local: { ok: 3 } },
    });
  });

  test("of all endpoints, with verdicts; sparklines when asked for", async () => {
    const { body } = await api.call("GET", "/v1/stats", { query: { window: "10m" } });
    expect(body["endpoints"]).toMatchObject([
      { id: "a", group: "G", url: "https://a.example/", status: { verdict: "up" }, stats: { ok: 3 } },
      { id: "b", group: null, status: { verdict: "unknown" }, stats: { ok: 0, availability: null } },
    ]);
    expect(JSON.stringify(body)).not.toContain("series");
    const withSeries = await api.call("GET", "/v1/stats", { query: { window: "10m", series: "true" } });
    expect(withSeries.body["endpoints"]).toMatchObject([{ series: expect.any(Array) }, {}]);
  });

  test("as points of a sparkline", async () => {
    const { body } = await api.call("GET", "/v1/endpoints/a/series", { query: { window: "10m" } });
    const points = body["points"] as { ok: number; failed: number }[];
    expect(points.reduce((sum, { ok, failed }) => sum + ok + failed, 0)).toBe(4);
  });

  test.each([
    ["/v1/endpoints/none/stats", {}, 404],
    ["/v1/endpoints/none/series", {}, 404],
    ["/v1/endpoints/a/stats", { window: "5y" }, 400],
    ["/v1/endpoints/a/stats", { windows: "1h" }, 400],
    ["/v1/stats", { series: "maybe" }, 400],
  ])("%s %j is %i", async (path, query, status) => {
    const answer = await api.call("GET", path, { query });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toMatch(/problem\+json/);
  });
});

describe("incidents", () => {
  beforeEach(async () => {
    for (const [index, id] of ["i1", "i2", "i3"].entries())
      await api.stores.incidents.put(incidentOf(id, minute - 600_000 + index * 60_000));
    await api.stores.incidents.put(
      incidentOf("i4", minute, { endpointId: "b", endedAt: NOW, closed: "recovered" }),
    );
  });

  const idsOf = ({ body }: { body: Record<string, unknown> }) =>
    (body["incidents"] as { id: string }[]).map(({ id }) => id);
  const list = (query: Record<string, string>) => api.call("GET", "/v1/incidents", { query });

  test("latest first", async () => {
    expect(idsOf(await list({}))).toEqual(["i4", "i3", "i2", "i1"]);
  });

  test("those that are open, or have ended, or belong to an endpoint", async () => {
    expect(idsOf(await list({ open: "true" }))).toEqual(["i3", "i2", "i1"]);
    expect(idsOf(await list({ open: "false" }))).toEqual(["i4"]);
    expect(idsOf(await list({ endpoint: "b" }))).toEqual(["i4"]);
  });

  /** Reads page by page. */
  async function pages(limit: number): Promise<string[][]> {
    const found: string[][] = [];
    let before: number | null = NOW + 1;
    while (before !== null) {
      const page = await list({ limit: String(limit), before: String(before) });
      found.push(idsOf(page));
      const next = page.body["next"] as { before: number } | null;
      before = next === null ? null : next.before;
    }
    return found;
  }

  test("in pages that leave nothing out", async () => {
    expect(await pages(2)).toEqual([
      ["i4", "i3"],
      ["i2", "i1"],
    ]);
    expect(await pages(3)).toEqual([["i4", "i3", "i2"], ["i1"]]);
  });

  test("that began in the same tick stay on one page", async () => {
    for (const id of ["j1", "j2", "j3"]) await api.stores.incidents.put(incidentOf(id, minute - 540_000));
    const all = (await pages(2)).flat();
    expect(all.toSorted()).toEqual(["i1", "i2", "i3", "i4", "j1", "j2", "j3"]);
  });

  test("before a moment, which may be ISO 8601", async () => {
    const before = new Date(minute - 480_000).toISOString();
    expect(idsOf(await list({ before }))).toEqual(["i2", "i1"]);
  });

  test.each([
    { limit: "0" },
    { limit: "501" },
    { limit: "x" },
    { open: "1" },
    { before: "soon" },
    { foo: "1" },
  ])("refuses %j", async (query) => {
    expect((await list(query)).status).toBe(400);
  });

  test("one by its id", async () => {
    expect((await api.call("GET", "/v1/incidents/i1")).body).toMatchObject({ id: "i1", worst: "down" });
    expect((await api.call("GET", "/v1/incidents/none")).status).toBe(404);
  });

  test("and every message that was sent", async () => {
    const sent = {
      effectId: "e1",
      kind: "down" as const,
      title: "Website a is down.",
      sentAt: NOW,
      deliveries: [],
    };
    await api.stores.incidents.addMessage("default", "i1", sent);
    const { body } = await api.call("GET", "/v1/messages");
    expect(body["messages"]).toMatchObject([
      { title: "Website a is down.", incidentId: "i1", endpointId: "a" },
    ]);
  });
});

describe("health", () => {
  test("is ok while the store answers and nothing is wrong", async () => {
    expect(await api.call("GET", "/healthz")).toMatchObject({
      status: 200,
      body: { status: "ok", version: "1.2.3", regions: ["local"], troubles: [] },
    });
  });

  test("is 503 with the reasons otherwise, and asks no principal", async () => {
    const ill = makeApi({
      troubles: () => ["no tick for 3 minutes"],
      principal: () => {
        throw new Error("nobody may ask");
      },
    });
    expect(await ill.call("GET", "/healthz")).toMatchObject({
      status: 503,
      body: { status: "failing", troubles: ["no tick for 3 minutes"] },
    });
  });

  test("is 503 when the store is gone", async () => {
    const broken = makeApi({
      endpoints: { ...api.stores.endpoints, shards: () => Promise.reject(new Unavailable("disk")) },
    });
    expect(await broken.call("GET", "/healthz")).toMatchObject({
      status: 503,
      body: { troubles: ["the store does not answer"] },
    });
  });
});

describe("every answer", () => {
  test("to an unknown path is 404, to another method 405 with what is possible", async () => {
    expect(await api.call("GET", "/v2/endpoints")).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    expect(await api.call("PATCH", "/v1/endpoints/a")).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD, PUT, DELETE" },
    });
    expect(await api.call("POST", "/healthz")).toMatchObject({ status: 405 });
  });

  test("a broken escape in a path names nothing", async () => {
    expect((await api.call("GET", "/v1/endpoints/%E0%A4%A")).status).toBe(404);
  });

  test("to HEAD is GET's without a body", async () => {
    const { status, raw } = await api.call("HEAD", "/v1/endpoints");
    expect({ status, body: raw.body }).toEqual({ status: 200, body: "" });
  });

  test("may not be cached, run, framed or guessed", async () => {
    for (const path of ["/v1/endpoints", "/v1/none"]) {
      const { headers } = await api.call("GET", path);
      const lower = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      expect(lower).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": expect.stringContaining("default-src 'none'"),
        "x-frame-options": "DENY",
      });
      expect(lower["content-security-policy"]).not.toContain("report-to");
    }
  });

  test("to a fault of ours hides it and names the request; the fault is reported", async () => {
    const broken = makeApi({
      endpoints: { ...api.stores.endpoints, list: () => Promise.reject(new Error("secret inside")) },
    });
    const { status, body, raw } = await broken.call("GET", "/v1/endpoints");
    expect({ status, code: body["code"], requestId: body["requestId"] }).toEqual({
      status: 500,
      code: "internal",
      requestId: "r-1",
    });
    expect(raw.body).not.toContain("secret inside");
    expect(broken.faults.map(String)).toEqual(["Error: secret inside"]);
  });

  test("while a store can't be reached is 503 and says when to try again", async () => {
    const broken = makeApi({
      endpoints: { ...api.stores.endpoints, list: () => Promise.reject(new Unavailable("disk full at /x")) },
    });
    const { status, headers, raw } = await broken.call("GET", "/v1/endpoints");
    expect({ status, retry: headers["retry-after"] }).toEqual({ status: 503, retry: "5" });
    expect(raw.body).not.toContain("/x");
  });

  test("needs no context: hosts that are not Lambda have none", async () => {
    const handle = makeHandle({
      ...api.stores,
      clock: { now: () => NOW, sleep: async () => {} },
      regions: ["local"],
      version: "1",
      newId: () => "id",
      notifier: { send: async () => [] },
      principal: () => ({ org: "default" }),
      mayUseSecret: () => false,
      configFile: null,
      troubles: () => [],
      onFault: () => {},
    });
    expect((await handle(eventOf("GET", "/v1/endpoints"))).statusCode).toBe(200);
  });
});
