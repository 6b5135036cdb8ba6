import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { failure } from "../../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import { NotFound } from "../../../../lib/core/errors.ts";
import { bucketStart } from "../../../../lib/core/history/bucket.ts";
import { summaryOf } from "../../../../lib/core/history/stats.ts";
import { addRecord, emptyTally } from "../../../../lib/core/history/tally.ts";
import { statsWindows, stepOf } from "../../../../lib/core/history/window.ts";
import { boundsOf } from "../../../../lib/core/read/plan.ts";
import { listOverview, listStats, series, statsOf } from "../../../../lib/core/read/read.ts";
import { rollupOf } from "../../../support/rollup.ts";
import { anyRecords, aRecord, DAY, DAY_START, HOUR, MINUTE } from "../history/records.ts";
import { anEndpoint, type MemoryPorts, memoryPorts } from "./memory.ts";

const NOW = DAY_START + 10 * HOUR + 25 * MINUTE;
const RAW_MS = 2 * DAY;

const rollUp = async (ports: MemoryPorts, now: number, rawMs = RAW_MS): Promise<void> => {
  const handle = rollupOf(ports, { limits: { rawMs } });
  while ((await handle({ scope: "acme", now })).more);
};

const summary = (records: readonly CheckRecord[]) => {
  const tally = emptyTally();
  for (const record of records) addRecord(tally, record, 500);
  return summaryOf(tally, 500);
};

const every = (
  stepMs: number,
  since: number,
  until: number,
  over: Partial<CheckRecord> = {},
): CheckRecord[] =>
  Array.from({ length: Math.ceil((until - since) / stepMs) }, (_, i) =>
    aRecord({ ...over, scheduledAt: since + i * stepMs }),
  );

describe("statistics of one endpoint", () => {
  it("are of the ticks after since, up to now: all regions together and each apart", async () => {
    const ports = memoryPorts(
      [anEndpoint()],
      [
        aRecord({ scheduledAt: NOW - 10 * MINUTE, outcome: failure("tcp.refused", "too old"), status: null }),
        aRecord({ scheduledAt: NOW - 10 * MINUTE + 1, region: "us-east-1" }),
        aRecord({ scheduledAt: NOW, outcome: failure("http.error", "500"), status: 500, totalMs: 200 }),
        aRecord({ scheduledAt: NOW + 1 }),
        aRecord({ scheduledAt: NOW, endpointId: "blog" }),
      ],
    );
    const stats = await statsOf(ports, "acme", "shop", "10m", NOW);
    expect(stats).toMatchObject({
      window: "10m",
      since: NOW - 10 * MINUTE,
      until: NOW,
      availability: 0.5,
      byStatus: { "200": 1, "500": 1 },
      response: { avgMs: 150, maxMs: 200 },
      apdex: { score: 0.5, targetMs: 500 },
    });
    expect(Object.keys(stats.perRegion ?? {})).toEqual(["local", "us-east-1"]);
    expect(stats.perRegion?.["local"]).toMatchObject({ availability: 0, byStatus: { "500": 1 } });
  });

  it("say that nothing is known where nothing is", async () => {
    const stats = await statsOf(memoryPorts([anEndpoint()]), "acme", "shop", "30d", NOW);
    expect(stats).toMatchObject({ availability: null, since: NOW - 30 * DAY - 25 * MINUTE, perRegion: {} });
  });

  it("are refused for what the organization doesn't have", async () => {
    const ports = memoryPorts([anEndpoint()]);
    await expect(statsOf(ports, "acme", "blog", "1h", NOW)).rejects.toThrow(NotFound);
    await expect(statsOf(ports, "other", "shop", "1h", NOW)).rejects.toThrow(NotFound);
    await expect(series(ports, "other", "shop", "1h", NOW)).rejects.toThrow(NotFound);
  });

  it("count late ticks of the hour that is not rolled up yet", async () => {
    const ports = memoryPorts([anEndpoint()], every(MINUTE, NOW - DAY, NOW));
    await rollUp(ports, NOW);
    ports.log.push(aRecord({ scheduledAt: NOW - 5 * MINUTE + 1000, region: "late" }));
    expect((await statsOf(ports, "acme", "shop", "24h", NOW)).perRegion?.["late"]?.ok).toBe(1);
  });

  it("come from hours where a day was never written", async () => {
    const ports = memoryPorts([anEndpoint()], every(HOUR, NOW - 5 * DAY, NOW));
    await rollUp(ports, NOW, 6 * DAY);
    const before = await statsOf(ports, "acme", "shop", "7d", NOW);
    for (const [key, { size, start }] of ports.history.buckets)
      if (size === "day" && start === bucketStart("day", NOW - 3 * DAY)) ports.history.buckets.delete(key);
    expect(await statsOf(ports, "acme", "shop", "7d", NOW)).toEqual(before);
    expect(before.ok).toBe(120);
  });

  it("are the same from ticks alone as from buckets and what ticks are left, wherever rolling up stands", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...statsWindows),
        anyRecords(NOW - 4 * DAY, NOW + MINUTE, 120),
        fc.integer({ min: 0, max: 50 }),
        fc.boolean(),
        async (window, records, behindHours, pruned) => {
          const { since } = boundsOf(window, NOW);
          const expected = summary(
            records.filter(({ scheduledAt }) => since <= scheduledAt && scheduledAt <= NOW),
          );
          const ports = memoryPorts([anEndpoint()], [...records]);
          await rollUp(ports, NOW - behindHours * HOUR, 5 * DAY);
          const rolledEnd = ((await ports.history.rolledUpTo("acme")) ?? 0) + HOUR;
          const kept = records.filter(({ scheduledAt }) => scheduledAt >= Math.min(NOW - RAW_MS, rolledEnd));
          if (pruned) ports.log.splice(0, ports.log.length, ...kept);
          const seen = await statsOf(ports, "acme", "shop", window, NOW);
          expect(seen).toMatchObject(expected);
          const all = await listStats(ports, "acme", window, NOW);
          expect(all.get("shop")).toMatchObject(expected);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("statistics of a list", () => {
  const ids = Array.from({ length: 45 }, (_, i) => `e${String(i).padStart(2, "0")}`);
  let ports: MemoryPorts;

  beforeEach(async () => {
    const records = ids.flatMap((endpointId, i) => every(HOUR, NOW - i * HOUR, NOW, { endpointId }));
    ports = memoryPorts(
      ids.map((id) => anEndpoint({ id, enabled: id !== "e44" })),
      [...records, ...every(HOUR, NOW - DAY, NOW, { endpointId: "removed" })],
    );
    await rollUp(ports, NOW);
  });

  it("are those of each endpoint, paused ones and those without a tick too", async () => {
    for (const window of ["10m", "24h", "7d"] as const) {
      const all = await listStats(ports, "acme", window, NOW);
      expect([...all.keys()]).toEqual(ids);
      for (const [id, stats] of all) {
        const { perRegion, ...alone } = await statsOf(ports, "acme", id, window, NOW);
        expect(perRegion).toBeDefined();
        expect(stats).toEqual(alone);
      }
    }
    expect((await listStats(ports, "acme", "24h", NOW)).get("e44")?.ok).toBe(23);
    expect((await listStats(ports, "acme", "24h", NOW)).get("e00")?.availability).toBeNull();
  });

  it("come with endpoint and sparkline for the screen", async () => {
    const rows = await listOverview(ports, "acme", "24h", NOW);
    expect(rows.map(({ endpoint }) => endpoint.id)).toEqual(ids);
    const row = rows[3];
    expect(row?.stats).toEqual((await listStats(ports, "acme", "24h", NOW)).get("e03"));
    expect(row?.series).toEqual(await series(ports, "acme", "e03", "24h", NOW));
    const week = (await listOverview(ports, "acme", "7d", NOW))[44];
    expect(week?.series.map(({ ok }) => ok)).toEqual([0, 0, 0, 0, 0, 10, 24, 10]);
  });
});

describe("series", () => {
  const failed = failure("tcp.timed_out", "no connection within 10 s");

  it("of minutes: counts and mean of each, empty ones too, our own fault left out", async () => {
    const minute = bucketStart("hour", NOW) + 24 * MINUTE;
    const ports = memoryPorts(
      [anEndpoint()],
      [
        aRecord({ scheduledAt: minute, totalMs: 100 }),
        aRecord({ scheduledAt: minute + 30_000, totalMs: 201 }),
        aRecord({ scheduledAt: minute - MINUTE, outcome: failed, status: null, totalMs: 10_000 }),
        aRecord({ scheduledAt: minute - 2 * MINUTE, invalid: "no_canary" }),
      ],
    );
    const points = await series(ports, "acme", "shop", "10m", minute + 30_000);
    expect(points).toHaveLength(11);
    expect(points.slice(-3)).toEqual([
      { at: minute - 2 * MINUTE, ok: 0, failed: 0, avgMs: null },
      { at: minute - MINUTE, ok: 0, failed: 1, avgMs: null },
      { at: minute, ok: 2, failed: 0, avgMs: 150.5 },
    ]);
  });

  it("of a day keeps its quarters of an hour after rolling up", async () => {
    const ticks = every(5 * MINUTE, NOW - 26 * HOUR, NOW).map((record, i) => ({ ...record, totalMs: i }));
    const ports = memoryPorts([anEndpoint()], ticks);
    const before = await series(ports, "acme", "shop", "24h", NOW);
    await rollUp(ports, NOW);
    expect(await series(ports, "acme", "shop", "24h", NOW)).toEqual(before);
    expect(before).toHaveLength(97);
  });

  it("shows an hour without points as one sum at its beginning", async () => {
    const ports = memoryPorts([anEndpoint()], every(MINUTE, NOW - 3 * HOUR, NOW));
    await rollUp(ports, NOW);
    for (const bucket of ports.history.buckets.values()) delete bucket.points;
    const points = await series(ports, "acme", "shop", "24h", NOW);
    const start = bucketStart("hour", NOW - 2 * HOUR);
    expect(points.find(({ at }) => at === start)?.ok).toBe(60);
  });

  it("counts every record of its steps once, in any window, wherever rolling up stands", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...statsWindows),
        anyRecords(NOW - 4 * DAY, NOW, 80),
        fc.integer({ min: 0, max: 50 }),
        async (window, records, behindHours) => {
          const ports = memoryPorts([anEndpoint()], records);
          await rollUp(ports, NOW - behindHours * HOUR, 5 * DAY);
          const points = await series(ports, "acme", "shop", window, NOW);
          expect(points.length).toBeLessThanOrEqual(169);
          const { since } = boundsOf(window, NOW);
          for (const { at, ok, failed } of points) {
            const until = at + stepOf(window);
            const inside = records.filter(
              ({ scheduledAt }) =>
                Math.max(since, at) <= scheduledAt && scheduledAt < until && scheduledAt <= NOW,
            );
            expect({ ok, failed }).toEqual({ ok: summary(inside).ok, failed: summary(inside).failed });
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
