import { describe, expect, test } from "vitest";
import { makeHandle } from "../../../functions/probe/handle.ts";
import { failure } from "../../../lib/core/check/outcome.ts";
import { Unavailable, VigieError } from "../../../lib/core/errors.ts";
import { endpointOf, refused } from "./doubles.ts";
import { isCanary, MINUTE, posted, probeOf, records, rounds, shard, T0, tickAt } from "./world.ts";

describe("one tick", () => {
  test("what is due is checked once and written once, under the scheduled time", async () => {
    const endpoints = ["a", "b", "c"].map((id) => endpointOf(id));
    const { clock, world, handle } = probeOf(endpoints, () => ({ outcome: "ok", takesMs: 200 }));
    const done = handle(tickAt(T0 + 7_000));
    await clock.advance(8_000);
    expect(await done).toEqual({ checked: 3, failed: 0, invalid: 0, unfinished: 0, missed: 0 });
    expect(world.appended).toHaveLength(1);
    expect(records(world).map(({ endpointId }) => endpointId)).toEqual(["a", "b", "c"]);
    expect(records(world)[0]).toMatchObject({
      scheduledAt: T0 + 7_000,
      startedAt: T0 + 7_000,
      region: "local",
    });
    expect(world.posted).toEqual([]);
  });

  test("a tick that comes too late is left out, the first one after a start is not", async () => {
    const { clock, handle } = probeOf([endpointOf("a")], () => ({ outcome: "ok" }));
    expect(await handle(tickAt(T0 - 30_001))).toMatchObject({ checked: 0, missed: 1 });
    const first = handle(tickAt(T0 - 50_000, { everything: true }));
    await clock.advance(0);
    expect(await first).toMatchObject({ checked: 1, missed: 0 });
  });

  test("longer intervals are checked in their own minute, and every minute while in trouble", async () => {
    const hourly = Array.from({ length: 60 }, (_, i) => endpointOf(`h${i}`, { intervalMs: 60 * MINUTE }));
    const hurried = new Set(hourly.slice(0, 2));
    const { clock, handle, deps } = probeOf(hourly, () => ({ outcome: "ok" }));
    const calm = handle(tickAt(T0));
    await clock.advance(0);
    const { checked } = await calm;
    expect(checked).toBeLessThan(10);
    const troubled = makeHandle({ ...deps, troubled: async () => hurried })(tickAt(T0));
    await clock.advance(0);
    expect((await troubled).checked).toBeGreaterThanOrEqual(Math.max(2, checked));
    const everything = handle(tickAt(T0, { everything: true }));
    await clock.advance(0);
    expect((await everything).checked).toBe(60);
    const two = handle(tickAt(T0, { everything: ["h7", "h8", "elsewhere"] }));
    await clock.advance(0);
    expect((await two).checked).toBe(2);
  });

  test("a list is read again only when its version is new, and its copy serves while the store is away", async () => {
    const { clock, world, handle, deps } = probeOf([endpointOf("a")], () => ({ outcome: "ok" }));
    for (const version of ["1", "1", "2"]) {
      const done = handle(tickAt(T0, { shard: { ...shard, version } }));
      await clock.advance(0);
      expect((await done).checked).toBe(1);
    }
    expect(world.shardReads).toBe(2);
    deps.endpoints.shard = async () => {
      throw new Unavailable("The database is locked.");
    };
    const away = handle(tickAt(T0, { shard: { ...shard, version: "3" } }));
    await clock.advance(0);
    expect((await away).checked).toBe(1);
    expect(world.faults).toHaveLength(1);
  });
});

describe("failures", () => {
  test("leave within half a second, whatever else of the tick still hangs", async () => {
    const endpoints = [endpointOf("bad"), endpointOf("slow")];
    const { clock, world, handle } = probeOf(endpoints, ({ id }) =>
      id === "bad" ? { outcome: refused } : { outcome: "ok", takesMs: id === "slow" ? 20_000 : 10 },
    );
    const done = handle(tickAt(T0));
    await clock.advance(500 + 1_000); // a second at most between two rounds of canaries
    expect(posted(world)).toMatchObject([
      { org: "default", endpointId: "bad", outcomes: [{ scheduledAt: T0, posted: true }] },
    ]);
    await clock.advance(4_000);
    expect(world.appended.map(({ at, records: written }) => [at, written.length])).toEqual([[5_000, 1]]);
    await clock.advance(20_000);
    expect(await done).toEqual({ checked: 2, failed: 1, invalid: 0, unfinished: 0, missed: 0 });
    expect(world.appended.map(({ at, records: written }) => [at, written.length])).toEqual([
      [5_000, 1],
      [20_000, 1],
    ]);
  });

  test("of one moment leave together, at most a hundred at a time", async () => {
    const endpoints = Array.from({ length: 250 }, (_, i) => endpointOf(`e${i}`));
    const { clock, world, handle } = probeOf(endpoints, (e) => ({ outcome: isCanary(e) ? "ok" : refused }));
    const done = handle(tickAt(T0));
    await clock.advance(2_000);
    await done;
    expect(world.posted.map(({ posts }) => posts.length)).toEqual([100, 100, 50]);
  });

  test("carry their phase timings as evidence", async () => {
    const { clock, world, handle } = probeOf([endpointOf("a")], (e) => ({
      outcome: isCanary(e) ? "ok" : refused,
    }));
    const done = handle(tickAt(T0));
    await clock.advance(2_000);
    await done;
    expect(posted(world)[0]?.outcomes[0]?.timings).toMatchObject({ dnsMs: 1, connectMs: 2, tlsMs: null });
  });

  test("say no secret, whatever the target answers", async () => {
    const { clock, world, handle } = probeOf(
      [endpointOf("a")],
      (e) => ({ outcome: isCanary(e) ? "ok" : failure("expect.body", "got: token=hunter22") }),
      { resolve: (endpoint) => ({ endpoint, secrets: ["hunter22"] }) },
    );
    const done = handle(tickAt(T0));
    await clock.advance(2_000);
    await done;
    expect(JSON.stringify([world.appended, world.posted])).not.toContain("hunter22");
    expect(records(world)[0]?.outcome).toMatchObject({ message: "got: token=***" });
  });

  test("that can't be posted are our fault and stop nothing", async () => {
    const { clock, world, handle } = probeOf(
      [endpointOf("a"), endpointOf("b")],
      (e) => ({ outcome: isCanary(e) ? "ok" : refused }),
      { failureRoute: { post: async () => Promise.reject(new Unavailable("gone")) } },
    );
    const done = handle(tickAt(T0));
    await clock.advance(2_000);
    expect(await done).toMatchObject({ checked: 2, failed: 2 });
    expect(world.faults).toHaveLength(1);
    expect(records(world)).toHaveLength(2);
  });
});

describe("rounds of a short interval", () => {
  test("start at their exact times, each written on its own, whether or not the one before has ended", async () => {
    const endpoints = [
      endpointOf("ten", { intervalMs: 10_000 }),
      endpointOf("thirty", { intervalMs: 30_000 }),
    ];
    const { clock, world, handle } = probeOf(endpoints, ({ id }) => ({
      outcome: "ok",
      takesMs: id === "ten" ? 12_000 : 5,
    }));
    const done = handle(tickAt(T0, { shard: rounds }));
    await clock.advance(80_000);
    expect(await done).toEqual({ checked: 8, failed: 0, invalid: 0, unfinished: 0, missed: 0 });
    const ten = records(world).filter(({ endpointId }) => endpointId === "ten");
    expect(ten.map(({ scheduledAt }) => scheduledAt - T0)).toEqual([
      0, 10_000, 20_000, 30_000, 40_000, 50_000,
    ]);
    expect(ten.every(({ scheduledAt, startedAt }) => startedAt === scheduledAt)).toBe(true);
  });

  test("a failure brings what its endpoint did earlier in the invocation", async () => {
    const { clock, world, handle } = probeOf([endpointOf("a", { intervalMs: 20_000 })], (e, at) => ({
      outcome: isCanary(e) || at < T0 + 40_000 ? "ok" : refused,
    }));
    const done = handle(tickAt(T0, { shard: rounds }));
    await clock.advance(MINUTE);
    await done;
    expect(posted(world).map(({ outcomes }) => outcomes.map(({ outcome }) => outcome === "ok"))).toEqual([
      [true, true, false],
    ]);
  });

  test("rounds whose time has passed are left out instead of made up for", async () => {
    const { clock, handle } = probeOf([endpointOf("a", { intervalMs: 10_000 })], () => ({ outcome: "ok" }));
    const done = handle(tickAt(T0 - 27_000, { shard: rounds }));
    await clock.advance(MINUTE);
    expect(await done).toMatchObject({ checked: 3, missed: 3 });
  });
});

describe("our own faults", () => {
  test("one endpoint's missing secret blames nobody and stops no other check", async () => {
    const { clock, world, handle } = probeOf(
      [endpointOf("a"), endpointOf("needs-secret"), endpointOf("b")],
      () => ({ outcome: "ok" }),
      {
        resolve: (endpoint) => {
          if (endpoint.id === "needs-secret") throw new VigieError("secret_missing", "Set TOKEN.");
          return { endpoint, secrets: [] };
        },
      },
    );
    const done = handle(tickAt(T0));
    await clock.advance(0);
    expect(await done).toEqual({ checked: 3, failed: 0, invalid: 1, unfinished: 0, missed: 0 });
    expect(records(world).find(({ endpointId }) => endpointId === "needs-secret")?.invalid).toBe(
      "our own fault: Set TOKEN.",
    );
    expect(world.faults).toHaveLength(1);
    expect(world.posted).toEqual([]);
  });

  test("what the log did not take goes with the next write", async () => {
    const written: number[] = [];
    let down = true;
    const { clock, handle } = probeOf(
      [endpointOf("fast"), endpointOf("slow")],
      ({ id }) => ({ outcome: "ok", takesMs: id === "slow" ? 20_000 : 0 }),
      {
        ticks: {
          append: async (given) => {
            if (down) throw new Unavailable("disk full");
            written.push(given.length);
          },
        },
      },
    );
    const done = handle(tickAt(T0));
    await clock.advance(6_000);
    down = false;
    await clock.advance(20_000);
    await done;
    expect(written).toEqual([2]);
  });

  test("a sink that hangs or fails holds nothing back", async () => {
    const seen: number[] = [];
    const { clock, world, handle } = probeOf([endpointOf("a")], () => ({ outcome: "ok" }), {
      sinks: [
        { write: () => new Promise<void>(() => undefined) },
        { write: async () => Promise.reject(new Error("no route")) },
        { write: async (given) => void seen.push(given.length) },
      ],
    });
    const done = handle(tickAt(T0));
    await clock.advance(4_999);
    expect(world.appended).toHaveLength(1);
    expect(seen).toEqual([1]);
    await clock.advance(1);
    expect(await done).toMatchObject({ checked: 1 });
  });

  test("a check that never ends is given up; the rest is written", async () => {
    const { clock, world, handle } = probeOf([endpointOf("a"), endpointOf("stuck")], ({ id }) => ({
      outcome: "ok",
      takesMs: id === "stuck" ? 100 * MINUTE : 0,
    }));
    const done = handle(tickAt(T0));
    await clock.advance(3 * MINUTE);
    expect(await done).toMatchObject({ checked: 1, unfinished: 1 });
    expect(world.faults).toMatchObject([
      { code: "tick_overran", message: expect.stringContaining("1 of 2 checks of a tick") },
    ]);
    expect(records(world)).toHaveLength(1);
  });
});

describe("stopping", () => {
  test("starts nothing more and finishes what runs", async () => {
    const stop = new AbortController();
    const { clock, world, handle } = probeOf([endpointOf("a", { intervalMs: 10_000 })], () => ({
      outcome: "ok",
      takesMs: 3_000,
    }));
    const done = handle(tickAt(T0, { shard: rounds }), { stop: stop.signal });
    await clock.advance(11_000);
    stop.abort();
    await clock.advance(2_000);
    expect(await done).toMatchObject({ checked: 2 });
    expect(records(world)).toHaveLength(2);
  });

  test("giving up leaves no trace of what runs and keeps what is done", async () => {
    const abort = new AbortController();
    const { clock, world, handle } = probeOf([endpointOf("a"), endpointOf("slow")], ({ id }) => ({
      outcome: refused,
      publicTarget: false,
      takesMs: id === "slow" ? 10_000 : 0,
    }));
    const done = handle(tickAt(T0), { abort: abort.signal });
    await clock.advance(1_000);
    abort.abort();
    await clock.settle();
    expect(await done).toMatchObject({ checked: 1, failed: 1 });
    expect(records(world)).toHaveLength(1);
    expect(posted(world)).toHaveLength(1);
    expect(world.faults).toEqual([]);
  });
});

describe("an unplugged network", () => {
  /** Public and private targets, all well; the cable is out from `from` to `until`. */
  function unplugged(from: number, until: number) {
    const endpoints = [
      ...["p1", "p2", "p3"].map((id) => endpointOf(id)),
      endpointOf("lan", { url: "http://10.0.0.7/" }),
    ];
    return probeOf(endpoints, ({ id }, startedAt) => {
      const out = startedAt + 400 >= from && startedAt < until;
      return {
        outcome: id !== "lan" && out ? refused : "ok",
        publicTarget: id !== "lan",
        takesMs: id === "canary" ? 20 : 400,
      };
    });
  }

  test("for three minutes blames nobody, then or after, and is said once each way", async () => {
    const { clock, world, handle } = unplugged(T0 + MINUTE - 10_000, T0 + 4 * MINUTE - 10_000);
    for (let minute = 0; minute < 8; minute++) {
      const done = handle(tickAt(T0 + minute * MINUTE));
      await clock.advance(MINUTE);
      await done;
    }
    expect(world.posted).toEqual([]);
    expect(world.network).toEqual([false, true]);
    const failed = records(world).filter(({ outcome }) => outcome !== "ok");
    expect(failed).toHaveLength(9);
    expect(failed.every(({ invalid }) => invalid === "our own network: no canary answered")).toBe(true);
    expect(records(world).filter(({ endpointId }) => endpointId === "lan")).toHaveLength(8);
  });

  test("in the middle of a tick blames nobody, although a canary answered at its start", async () => {
    const { clock, world, handle } = unplugged(T0 + 200, T0 + 30_000);
    const done = handle(tickAt(T0));
    await clock.advance(MINUTE);
    expect(await done).toEqual({ checked: 4, failed: 0, invalid: 3, unfinished: 0, missed: 0 });
    expect(world.posted).toEqual([]);
  });

  test("does not keep a private target's failure from counting", async () => {
    const { clock, world, handle } = probeOf([endpointOf("lan"), endpointOf("www")], ({ id }) => ({
      outcome: refused,
      publicTarget: id !== "lan",
    }));
    const done = handle(tickAt(T0));
    await clock.advance(MINUTE);
    expect(await done).toEqual({ checked: 2, failed: 1, invalid: 1, unfinished: 0, missed: 0 });
    expect(posted(world).map(({ endpointId }) => endpointId)).toEqual(["lan"]);
  });
});
