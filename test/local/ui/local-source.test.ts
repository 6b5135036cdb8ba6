import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqlite, type Stores } from "../../../lib/adapters/sqlite/index.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { parseEndpoint } from "../../../lib/core/endpoint/schema.ts";
import { makeLocalSource } from "../../../local/ui/local-source.ts";
import type { DashboardSource } from "../../../local/ui/source.ts";
import { makeStatusBoard } from "../../../local/ui/status-board.ts";
import { NOW } from "./world.ts";

let folder = "";
let stores: Stores;
let source: DashboardSource;
const clock = { now: () => NOW, sleep: async () => {} };

const endpointOf = (written: Record<string, unknown>) =>
  parseEndpoint(written, { org: "default", regions: 1 });

const aCheck = (endpointId: string, minutesAgo: number, over: Partial<CheckRecord> = {}): CheckRecord => {
  const scheduledAt = Math.floor(NOW / 60_000) * 60_000 - minutesAgo * 60_000;
  return {
    org: "default",
    endpointId,
    region: "local",
    scheduledAt,
    startedAt: scheduledAt,
    outcome: "ok",
    status: 200,
    dnsMs: 1,
    connectMs: 2,
    tlsMs: 3,
    firstByteMs: 50,
    transferMs: 4,
    totalMs: 60,
    bytes: 10,
    flags: [],
    ...over,
  };
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vigie-ui-"));
  stores = openSqlite(join(folder, "vigie.db"));
  source = makeLocalSource({ stores, clock, regions: () => ["local"], board: makeStatusBoard(clock) });
  const written = [
    { id: "shop", name: "Shop", group: "Web", url: "https://shop.example/", tags: { team: "red" } },
    { id: "wiki", url: "https://wiki.example/", enabled: false },
    { id: "new", url: "https://new.example/" },
  ];
  await stores.endpoints.replaceAll("file", written.map(endpointOf));
  await stores.ticks.append([0, 1, 30, 90].map((minutes) => aCheck("shop", minutes)));
});

afterEach(() => {
  stores.close();
  rmSync(folder, { recursive: true });
});

describe("the dashboard's source over the stores", () => {
  it("gives every endpoint its verdict, statistics and curve", async () => {
    const rows = await source.overview("10m");
    expect(rows.map(({ id, now }) => [id, now.verdict])).toEqual([
      ["new", "unknown"],
      ["shop", "up"],
      ["wiki", "paused"],
    ]);
    const shop = rows[1];
    expect(shop).toMatchObject({
      title: "Shop",
      group: "Web",
      tags: { team: "red" },
      intervalMs: 60_000,
    });
    expect(shop?.stats).toMatchObject({ ok: 2, failed: 0, response: { avgMs: 60 } });
    expect(shop?.series.reduce((sum, { ok }) => sum + ok, 0)).toBe(2);
    expect((await source.overview("1h"))[1]?.stats.ok).toBe(3);
  });

  it("gives fresh verdicts of those asked for alone", async () => {
    const verdicts = await source.verdicts(["shop", "gone"]);
    expect([...verdicts]).toEqual([["shop", { verdict: "up", since: null, failing: [] }]]);
  });

  it("gives the latest checks first, an hour of them at least", async () => {
    const detail = await source.detail("shop");
    expect(detail?.checks.map(({ scheduledAt }) => Math.round((NOW - scheduledAt) / 60_000))).toEqual([
      0, 1, 30,
    ]);
    expect(await source.detail("gone")).toBeNull();
  });

  it("gives past messages, cleaned", async () => {
    const message = {
      effectId: "a",
      kind: "down",
      title: "Website x\u0007 is down.",
      sentAt: NOW,
      deliveries: [],
    } as const;
    await stores.incidents.addMessage("default", "i1", { ...message, deliveries: [] });
    expect(await source.messages(10)).toMatchObject([
      { kind: "down", title: "Website x  is down.", sentAt: NOW },
    ]);
  });
});
