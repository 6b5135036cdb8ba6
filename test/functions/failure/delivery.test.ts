import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeFor } from "../../../lib/core/alert/lifecycle.ts";
import type { AlertStore, IncidentLog } from "../../../lib/core/ports.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "../../lib/core/alert/play.ts";
import { troubledIn } from "../../support/troubled.ts";
import { playRows, post, recordAt, type World, worldOf } from "./world.ts";

const one = (alert = {}) => worldOf([endpointWith({ confirm: 1, ...alert })]);
const kinds = (world: World) => world.sent.map(({ kind }) => kind);
const incidents = (world: World) => world.stores.incidents.list({ org: "default", limit: 100 });

/** One ok tick, then a failing one that is posted but not yet logged. */
async function failing(world: World): Promise<ReturnType<typeof post>[]> {
  await world.stores.ticks.append(recordAt("shop", "paris", START, "o"));
  world.clock.set(START + MINUTE + SECOND);
  return [post("shop", outcomeAt("paris", START + MINUTE, "x"))];
}

describe("26: the same batch three times, from two functions at once", () => {
  it("is one incident, one effect, sent once", async () => {
    const world = await one();
    const batch = await failing(world);
    const other = world.another();
    await Promise.all([world.failure(batch), other.failure(batch)]);
    await world.failure(batch);
    expect(kinds(world)).toEqual(["down"]);
    expect(await incidents(world)).toHaveLength(1);
  });
});

describe("27: the notifier fails twice, then works", () => {
  it("sends the same effect when it works again, once", async () => {
    const world = await one();
    const fails = () => Promise.reject(new Error("channel closed"));
    world.sabotage.push(fails, fails);
    await world.failure(await failing(world));
    expect(world.faults).toHaveLength(1);
    for (let minute = 2; minute < 6; minute++) {
      world.clock.set(START + minute * MINUTE);
      await world.watchdog();
    }
    expect(world.faults).toHaveLength(2);
    expect(kinds(world)).toEqual(["down"]);
    const [incident] = await incidents(world);
    expect(incident?.messages.map(({ effectId }) => effectId)).toEqual(world.sent[0]?.ids);
  });

  it("a process killed between send and clear: the message comes again with the same id", async () => {
    const world = await one();
    let writes = 0;
    const wrapped = Object.assign(Object.create(world.stores.alerts), {
      putMany: (list: Parameters<AlertStore["putMany"]>[0]) => {
        writes++;
        return writes > 2 ? Promise.reject(new Error("killed")) : world.stores.alerts.putMany(list);
      },
    }) as AlertStore; // every other method is the store's own, by its prototype
    await expect(world.another({ alerts: wrapped }).failure(await failing(world))).rejects.toThrow("killed");
    expect(world.sent).toHaveLength(1);
    world.clock.set(START + 2 * MINUTE);
    await world.watchdog();
    expect(world.sent).toHaveLength(2);
    expect(world.sent[1]?.ids).toEqual(world.sent[0]?.ids);
    const [incident] = await incidents(world);
    expect(incident?.messages).toHaveLength(1);
  });

  it("a crash at any point repeats and never loses", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }), async (crashes) => {
        const world = await one();
        const batch = await failing(world);
        for (const [index, after] of crashes.entries()) {
          world.clock.set(START + MINUTE + SECOND + index * 5 * SECOND);
          const mortal = crashAfter(world, after);
          await mortal.failure(batch).catch(() => undefined);
        }
        world.clock.set(START + 3 * MINUTE);
        await world.failure(batch);
        world.clock.set(START + 4 * MINUTE);
        await world.watchdog();
        const ids = new Set(world.sent.flatMap((message) => message.ids));
        expect(ids.size).toBe(1);
        const [incident, ...rest] = await incidents(world);
        expect(rest).toEqual([]);
        expect(incident?.messages.map(({ effectId }) => effectId)).toEqual([...ids]);
        const state = await world.stores.alerts.get("default", "shop");
        expect(state?.value.effects).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

/** The same functions on stores that break for good after so many writes. */
function crashAfter(world: World, writes: number): Pick<World, "failure" | "watchdog"> {
  let left = writes;
  const mortal = <T extends object>(store: T): T =>
    new Proxy(store, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (/^(put|add|open)/.test(String(key)) && left-- <= 0) return Promise.reject(new Error("crashed"));
          return Reflect.apply(value, target, args);
        };
      },
    });
  return world.another({
    alerts: mortal<AlertStore>(world.stores.alerts),
    incidents: mortal<IncidentLog>(world.stores.incidents),
  });
}

describe("maintenance", () => {
  const window = { start: "2026-11-20T12:05", durationMs: 10 * MINUTE, timeZone: "UTC" };

  it("28: down during maintenance and still down when it ends: one down message at the end", async () => {
    const world = await one({ maintenance: [window] });
    await playRows(world, "shop", { paris: `ooooo${"x".repeat(10)}xxxxx` });
    expect(kinds(world)).toEqual(["down"]);
    expect(world.sent[0]?.title).toContain("time=2026-11-20T12:16:00Z");
  });

  it("29: down before maintenance, recovers within it: the up message is sent", async () => {
    const world = await one({ maintenance: [window] });
    await playRows(world, "shop", { paris: `oooxx${"o".repeat(10)}ooooo` });
    expect(kinds(world)).toEqual(["down", "up"]);
  });

  it("a failure that arrives late, in the middle of it, is announced only if it lasts", async () => {
    const world = await one({ maintenance: [window] });
    await playRows(world, "shop", { paris: "oooo." });
    world.clock.set(START + 6 * MINUTE);
    await world.failure([post("shop", outcomeAt("paris", START + 4 * MINUTE, "x"))]);
    expect((await world.stores.alerts.get("default", "shop"))?.value.verdict).toBe("down");
    await playRows(world, "shop", { paris: "ooo" }, 16);
    expect(kinds(world)).toEqual([]);
  });

  it("the same, and it lasts: one down message after the end", async () => {
    const world = await one({ maintenance: [window] });
    await playRows(world, "shop", { paris: "oooo." });
    world.clock.set(START + 6 * MINUTE);
    await world.failure([post("shop", outcomeAt("paris", START + 4 * MINUTE, "x"))]);
    await playRows(world, "shop", { paris: "xxxx" }, 15);
    expect(kinds(world)).toEqual(["down"]);
  });
});

describe("31: 500 endpoints of one organization fail within 20 s in three regions", () => {
  it("are at most two messages that list all", async () => {
    const endpoints = Array.from({ length: 500 }, (_, i) => endpointWith({}, MINUTE, `site-${i}`));
    const regions = ["a", "b", "c"];
    const world = await worldOf(endpoints, regions);
    for (const region of regions)
      await world.stores.ticks.append(endpoints.flatMap(({ id }) => recordAt(id, region, START, "o")));
    const posts = endpoints.flatMap(({ id }) =>
      regions.map((region) => post(id, outcomeAt(region, START + MINUTE, "x"))),
    );
    for (let batch = 0; batch < 20; batch++) {
      world.clock.set(START + MINUTE + batch * SECOND);
      await world.failure(posts.filter((_, index) => index % 20 === batch));
    }
    for (let minute = 2; minute < 5; minute++) {
      world.clock.set(START + minute * MINUTE);
      await world.watchdog();
    }
    expect(world.sent.length).toBeLessThanOrEqual(2);
    const told = world.sent.map(({ title, body }) => `${title}\n${body}`).join("\n");
    expect(endpoints.every(({ id }) => told.includes(`Website ${id} is down`))).toBe(true);
    expect(new Set(world.sent.flatMap(({ ids }) => ids)).size).toBe(500);
  });
});

describe("32: an endpoint deleted while down", () => {
  it("has its incident closed with that reason, and nothing is sent later", async () => {
    const world = await one();
    await playRows(world, "shop", { paris: "oxx" });
    const stored = await world.stores.endpoints.get("default", "shop");
    await world.stores.endpoints.remove("default", "shop", stored?.version ?? 0);
    await playRows(world, "shop", { paris: "oooo" }, 3);
    expect(kinds(world)).toEqual(["down"]);
    expect((await incidents(world)).map(({ closed }) => closed)).toEqual(["deleted"]);
    expect(await troubledIn(world.stores.alerts)).toEqual([]);
  });

  it("paused: closed as paused", async () => {
    const world = await one();
    await playRows(world, "shop", { paris: "oxx" });
    await world.stores.endpoints.replaceAll("file", [{ ...endpointWith({ confirm: 1 }), enabled: false }]);
    await playRows(world, "shop", { paris: "..." }, 3);
    expect((await incidents(world)).map(({ closed }) => closed)).toEqual(["paused"]);
  });

  it("edited while its message waits behind the gate: the message is cancelled", async () => {
    const world = await one();
    world.sabotage.push(() => Promise.reject(new Error("channel closed")));
    await world.failure(await failing(world));
    const stored = await world.stores.alerts.get("default", "shop");
    if (stored === null) throw new Error("no state");
    const closed = closeFor(stored.value, "edited", world.clock.now());
    await world.stores.alerts.putMany([{ state: closed, expected: stored.version }]);
    world.clock.set(START + 10 * MINUTE);
    await world.watchdog();
    expect(kinds(world)).toEqual([]);
    expect((await incidents(world)).map(({ closed }) => closed)).toEqual(["edited"]);
  });
});

describe("what an incident keeps", () => {
  it("evidence, messages and deliveries, from down to up", async () => {
    const world = await one();
    await playRows(world, "shop", { paris: "o x x o o" });
    expect(kinds(world)).toEqual(["down", "up"]);
    const [incident] = await incidents(world);
    expect(incident).toMatchObject({
      website: "shop",
      closed: "recovered",
      startedAt: START + MINUTE,
      endedAt: START + 4 * MINUTE,
      firstFailure: { region: "paris", failure: { type: "tcp.refused", phase: "connection" } },
    });
    expect(incident?.messages.map(({ kind, deliveries }) => [kind, deliveries[0]?.ok])).toEqual([
      ["down", true],
      ["up", true],
    ]);
    expect(world.sent[0]?.body).toContain("tcp.refused (connection): connection refused");
    expect(world.sent[0]?.body).toContain(`Incident: ${incident?.id}`);
  });
});
