import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRACE_MS } from "../../../functions/rollup/handle.ts";
import { mergeBuckets } from "../../../lib/core/history/roll.ts";
import { anyRecords, aRecord, DAY, DAY_START, HOUR, MINUTE } from "../../lib/core/history/records.ts";
import { anEndpoint, type MemoryPorts, memoryPorts } from "../../lib/core/read/memory.ts";
import { rollupOf } from "../../support/rollup.ts";

const at = (now: number) => ({ scope: "acme", now });
const hour = (n: number) => DAY_START + n * HOUR;
const shop = [anEndpoint()];
const content = ({ history }: MemoryPorts) => new Map(history.buckets);

describe("rollup", () => {
  it("rolls an hour up once it is over and its stragglers had twenty minutes", async () => {
    const ports = memoryPorts(shop, [
      aRecord({ scheduledAt: hour(1) }),
      aRecord({ scheduledAt: hour(2) - 1000 }),
    ]);
    await ports.history.markRolledUp("acme", hour(0));
    const handle = rollupOf(ports);

    expect(await handle(at(hour(2) + GRACE_MS - 1))).toEqual({ hours: 0, buckets: 0, more: false });
    expect(await handle(at(hour(2) + GRACE_MS))).toEqual({ hours: 1, buckets: 1, more: false });
    expect(await ports.history.rolledUpTo("acme")).toBe(hour(1));
    expect(await ports.history.list("acme", "shop", "hour", hour(1), hour(2))).toMatchObject([
      { start: hour(1), ok: 2, points: [expect.anything(), expect.anything()] },
    ]);
    expect(await handle(at(hour(2) + GRACE_MS + MINUTE))).toEqual({ hours: 0, buckets: 0, more: false });
  });

  it("begins as far back as ticks are kept", async () => {
    const ports = memoryPorts(shop, [aRecord({ scheduledAt: hour(1) }), aRecord({ scheduledAt: hour(2) })]);
    const handle = rollupOf(ports, { limits: { rawMs: 2 * HOUR } });
    expect(await handle(at(hour(4)))).toEqual({ hours: 1, buckets: 1, more: false });
    expect([...ports.history.buckets.values()]).toMatchObject([{ start: hour(2) }]);
  });

  it("takes two days back unless told otherwise, at most 48 hours at a time", async () => {
    const ports = memoryPorts(shop);
    await ports.history.markRolledUp("acme", hour(-100));
    expect(await rollupOf(ports)(at(hour(0)))).toEqual({ hours: 48, buckets: 0, more: true });
    expect(await rollupOf(memoryPorts(shop))(at(hour(0)))).toEqual({ hours: 47, buckets: 0, more: false });
  });

  it("goes on where it stopped, and passes hours without a tick", async () => {
    const ports = memoryPorts(shop, [aRecord({ scheduledAt: hour(0) }), aRecord({ scheduledAt: hour(4) })]);
    await ports.history.markRolledUp("acme", hour(-1));
    const handle = rollupOf(ports, { limits: { hours: 2 } });
    const now = hour(6);
    expect(await handle(at(now))).toEqual({ hours: 2, buckets: 1, more: true });
    expect(await handle(at(now))).toEqual({ hours: 2, buckets: 0, more: true });
    expect(await handle(at(now))).toEqual({ hours: 1, buckets: 1, more: false });
    expect(await ports.history.rolledUpTo("acme")).toBe(hour(4));
  });

  it("writes the day with its last hour, also of an endpoint that fell silent or was removed meanwhile", async () => {
    const ports = memoryPorts(
      [anEndpoint(), anEndpoint({ id: "blog" })],
      [
        aRecord({ scheduledAt: hour(3) }),
        aRecord({ scheduledAt: hour(23), region: "eu-west-1" }),
        aRecord({ scheduledAt: hour(5), endpointId: "blog", totalMs: 600 }),
        aRecord({ scheduledAt: hour(22), endpointId: "gone" }),
        aRecord({ scheduledAt: hour(23), endpointId: "gone" }),
      ],
    );
    const handle = rollupOf(ports);
    await handle(at(hour(23) + GRACE_MS));
    expect(await ports.history.list("acme", "shop", "day", DAY_START, DAY_START + DAY)).toEqual([]);
    await handle(at(hour(24) + GRACE_MS));
    const daysOf = (id: string) => ports.history.list("acme", id, "day", DAY_START, DAY_START + DAY);
    expect(await daysOf("shop")).toMatchObject([
      { region: "local", ok: 1, start: DAY_START },
      { region: "eu-west-1", ok: 1 },
    ]);
    expect(await daysOf("blog")).toMatchObject([{ ok: 1, tolerating: 1 }]);
    expect(await daysOf("gone")).toMatchObject([{ ok: 2, satisfied: 2 }]);
  });

  it("writes many buckets in batches", async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `e${i}`);
    const ports = memoryPorts(
      ids.map((id) => anEndpoint({ id })),
      ids.map((endpointId) => aRecord({ endpointId, scheduledAt: hour(23) })),
    );
    await ports.history.markRolledUp("acme", hour(22));
    const sizes: number[] = [];
    const put: MemoryPorts["history"]["put"] = async (buckets) => {
      sizes.push(buckets.length);
      await ports.history.put(buckets);
    };
    await rollupOf(ports, { history: { ...ports.history, put } })(at(hour(25)));
    expect(sizes).toEqual([100, 100, 50, ...Array<number>(25).fill(10)]);
  });

  it("killed after any of its writes and started again leaves what an undisturbed run leaves", async () => {
    const dayOfTicks = anyRecords(DAY_START, DAY_START + DAY + 2 * HOUR, 20);
    await fc.assert(
      fc.asyncProperty(dayOfTicks, fc.nat(70), async (records, writes) => {
        const now = at(hour(27));
        const undisturbed = memoryPorts(shop, records);
        await rollupOf(undisturbed)(now);

        const ports = memoryPorts(shop, records);
        let left = writes;
        const dying = async (write: () => Promise<void>): Promise<void> => {
          if (left-- <= 0) throw new Error("killed");
          await write();
        };
        const history: MemoryPorts["history"] = {
          ...ports.history,
          put: (buckets) => dying(() => ports.history.put(buckets)),
          markRolledUp: (org, start) => dying(() => ports.history.markRolledUp(org, start)),
        };
        await rollupOf({ ...ports, history })(now).catch((error: Error) =>
          expect(error.message).toBe("killed"),
        );
        await rollupOf(ports)(now);

        expect(content(ports)).toEqual(content(undisturbed));
        expect(await ports.history.rolledUpTo("acme")).toBe(hour(25));
      }),
      { numRuns: 50 },
    );
  });

  it("loses no record: the hours of a day count what its day bucket counts", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords(DAY_START, DAY_START + DAY), async (records) => {
        const ports = memoryPorts(shop, records);
        await rollupOf(ports)(at(hour(25)));
        const list = (size: "hour" | "day") =>
          ports.history.list("acme", "shop", size, DAY_START, DAY_START + DAY);
        const key = {
          org: "acme",
          endpointId: "shop",
          region: "all",
          size: "day",
          start: DAY_START,
        } as const;
        const day = mergeBuckets(key, await list("day"));
        expect(mergeBuckets(key, await list("hour"))).toEqual(day);
        expect(day.ok + day.failed + day.invalid).toBe(records.length);
      }),
      { numRuns: 50 },
    );
  });
});
