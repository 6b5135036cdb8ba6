import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProbeDeps, ShardTick, TickSummary } from "../../../functions/probe/handle.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { SlowMembers } from "../../../lib/core/ports.ts";
import { memorySlowLane } from "../../support/memory-slow-lane.ts";
import { endpointOf, refused, type Script } from "./doubles.ts";
import { isCanary, MINUTE, probeOf, records, rounds, shard, T0, tickAt } from "./world.ts";

const KEY = { region: "local", shard: shard.id };

const membersOf = (failing: readonly string[], slow: readonly string[] = []): SlowMembers => ({
  failing: new Set(failing.map((id) => `default/${id}`)),
  slow: new Set(slow.map((id) => `default/${id}`)),
});

/** A probe with a slow lane in which some are already; what was handed over is written down. */
async function laneOf(
  endpoints: readonly Endpoint[],
  script: Script,
  { members = membersOf([]), ...changes }: Partial<ProbeDeps> & { members?: SlowMembers } = {},
) {
  const lane = memorySlowLane();
  await lane.add(KEY, members);
  const handed: ShardTick[] = [];
  const slowLane = { lane, handOver: async (tick: ShardTick) => void handed.push(tick) };
  const probe = probeOf(endpoints, script, { slowLane, ...changes });
  const run = async (tick: ShardTick, ms = MINUTE): Promise<TickSummary> => {
    const done = probe.handle(tick);
    await probe.clock.advance(ms);
    return done;
  };
  return { ...probe, lane, slowLane, handed, run, members: () => lane.members(KEY) };
}

const okBut =
  (outcomes: Record<string, ReturnType<Script>>): Script =>
  (endpoint) =>
    outcomes[endpoint.id] ?? { outcome: "ok" };

const ids = (world: { appended: { records: readonly { endpointId: string }[] }[] }) =>
  world.appended.flatMap((a) => a.records.map(({ endpointId }) => endpointId));

describe("who joins and who leaves", () => {
  const endpoints = ["good", "bad", "late"].map((id) => endpointOf(id));

  test("an endpoint that fails, or takes over three seconds, is in the lane from the next tick on", async () => {
    const script = okBut({
      bad: { outcome: refused },
      late: { outcome: "ok", takesMs: 3_001 },
      good: { outcome: "ok", takesMs: 3_000 },
    });
    const { run, members, handed, world, clock } = await laneOf(endpoints, script);
    expect(await run(tickAt(T0))).toMatchObject({ checked: 3, failed: 1 });
    expect(await members()).toEqual(membersOf(["bad"], ["late"]));
    expect(handed).toEqual([]);
    world.appended.length = 0;
    expect(await run(tickAt(clock.now()))).toMatchObject({ checked: 1 });
    expect(ids(world)).toEqual(["good"]);
    expect(handed).toEqual([
      { shard, scheduledAt: T0 + MINUTE, slow: { failing: ["default/bad"], slow: ["default/late"] } },
    ]);
  });

  test("one that is well and fast again leaves; one that changes its trouble changes its set", async () => {
    const known = { failing: ["default/bad", "default/mended"], slow: ["default/late", "default/fast"] };
    const all = ["bad", "mended", "late", "fast"].map((id) => endpointOf(id));
    const script = okBut({ bad: { outcome: "ok", takesMs: 4_000 }, late: { outcome: refused } });
    const { run, members } = await laneOf(all, script, {
      members: membersOf(["bad", "mended"], ["late", "fast"]),
    });
    await run(tickAt(T0, { slow: known }));
    expect(await members()).toEqual(membersOf(["late"], ["bad"]));
  });

  test("what does not count says nothing about an endpoint", async () => {
    const { run, members } = await laneOf(
      endpoints,
      () => ({ outcome: refused }), // the canaries too
      { members: membersOf([], ["late"]) },
    );
    expect(await run(tickAt(T0, { slow: { failing: [], slow: ["default/late"] } }))).toMatchObject({
      invalid: 1,
    });
    expect(await members()).toEqual(membersOf([], ["late"]));
  });

  test("who is in the shard no more leaves", async () => {
    const { run, members } = await laneOf(endpoints, okBut({}), {
      members: membersOf(["gone", "bad"], ["gone"]),
    });
    await run(tickAt(T0));
    expect(await members()).toEqual(membersOf(["bad"]));
  });

  test("a check that had to be given up is slow", async () => {
    const { run, members } = await laneOf(
      endpoints,
      okBut({ bad: { outcome: "ok", takesMs: 10 * MINUTE } }),
      {
        invocationLimitMs: 45_000,
      },
    );
    expect(await run(tickAt(T0))).toMatchObject({ checked: 2, unfinished: 1 });
    expect(await members()).toEqual(membersOf([], ["bad"]));
  });
});

describe("the small function", () => {
  const endpoints = ["bad", "late", "good"].map((id) => endpointOf(id));
  const slow = { failing: ["default/bad"], slow: ["default/late", "default/gone"] };

  test("checks those it was handed and nobody else, with flagged timings, without repeats while failing", async () => {
    const { run, world, checker, handed } = await laneOf(endpoints, okBut({ bad: { outcome: refused } }));
    expect(await run(tickAt(T0, { slow }))).toMatchObject({ checked: 2, failed: 1 });
    expect(
      records(world)
        .map(({ endpointId, flags }) => `${endpointId} ${flags}`)
        .toSorted(),
    ).toEqual(["bad slow_lane", "late slow_lane"]);
    expect(world.appended[0]?.place).toEqual({ shard: shard.id, lane: "slow" });
    const asked = endpoints.filter(({ url }) => checker.once.has(url)).map(({ id }) => id);
    expect(asked).toEqual(["bad"]);
    expect(handed).toEqual([]);
  });

  test("posts failures as the other does", async () => {
    const { run, world } = await laneOf(endpoints, (e) => ({ outcome: isCanary(e) ? "ok" : refused }));
    await run(tickAt(T0, { slow }));
    expect(world.posted.flatMap(({ posts }) => posts.map(({ endpointId }) => endpointId))).toEqual([
      "bad",
      "late",
    ]);
  });
});

describe("when it does not work", () => {
  const endpoints = ["good", "bad"].map((id) => endpointOf(id));

  test("members that can't be read: everything is checked here, and that is told", async () => {
    const { run, world, slowLane } = await laneOf(endpoints, okBut({}), { members: membersOf(["bad"]) });
    slowLane.lane.members = () => Promise.reject(new Unavailable("The table is away."));
    expect(await run(tickAt(T0))).toMatchObject({ checked: 2 });
    expect(world.faults).toHaveLength(1);
  });

  test("members that don't come are not waited for", async () => {
    const { run, world, slowLane } = await laneOf(endpoints, okBut({}), { members: membersOf(["bad"]) });
    slowLane.lane.members = () => new Promise(() => undefined);
    expect(await run(tickAt(T0), 1_500)).toMatchObject({ checked: 2 });
    expect(world.faults).toHaveLength(1);
  });

  test("those that can't be handed over are checked here after all, still without repeats", async () => {
    const { run, world, checker, slowLane } = await laneOf(endpoints, okBut({ bad: { outcome: refused } }), {
      members: membersOf(["bad"]),
    });
    slowLane.handOver = () => Promise.reject(new Unavailable("throttled"));
    expect(await run(tickAt(T0))).toMatchObject({ checked: 2, failed: 1 });
    expect(world.appended[0]?.place.lane).toBe("main");
    expect(records(world).flatMap(({ flags }) => flags)).toEqual([]);
    expect(checker.once).toEqual(new Set([endpointOf("bad").url, "https://canary.example/"]));
  });

  test("what can't be written down is tried by the next tick", async () => {
    const { run, world, slowLane, members } = await laneOf(endpoints, okBut({ bad: { outcome: refused } }));
    const { add } = slowLane.lane;
    slowLane.lane.add = () => Promise.reject(new Unavailable("The table is away."));
    expect(await run(tickAt(T0))).toMatchObject({ checked: 2 });
    expect(world.faults).toHaveLength(1);
    slowLane.lane.add = add;
    await run(tickAt(T0 + MINUTE));
    expect(await members()).toEqual(membersOf(["bad"]));
  });
});

test("one that failed here is checked every minute, whatever its interval and whoever else knows", async () => {
  const endpoints = Array.from({ length: 20 }, (_, i) =>
    endpointOf(`daily${i}`, { intervalMs: 1_440 * MINUTE }),
  );
  const names = endpoints.map(({ id }) => id);
  const { run, handed } = await laneOf(endpoints, okBut({}), { members: membersOf(names.slice(0, 3)) });
  await run(tickAt(T0));
  expect(handed.flatMap(({ slow }) => slow?.failing)).toEqual(
    names.slice(0, 3).map((name) => `default/${name}`),
  );
});

test("rounds of short intervals know no slow lane", async () => {
  const endpoints = [endpointOf("bad", { intervalMs: 30_000 })];
  const { run, members, handed } = await laneOf(endpoints, okBut({ bad: { outcome: refused } }), {
    members: membersOf(["bad"]),
  });
  expect(await run(tickAt(T0, { shard: rounds, round: true }))).toMatchObject({ checked: 1 });
  expect(handed).toEqual([]);
  expect(await members()).toEqual(membersOf(["bad"]));
});

test("whoever is in the lane and whatever can be handed over: each endpoint is checked by exactly one invocation", async () => {
  const kind = fc.constantFrom("none", "failing", "slow", "both");
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { maxLength: 350 }), fc.array(fc.boolean()), async (kinds, broken) => {
      const endpoints = kinds.map((_, i) => endpointOf(`e${i}`));
      const named = (...wanted: string[]) =>
        kinds.flatMap((one, i) => (wanted.includes(one) ? [`e${i}`] : []));
      const members = membersOf([...named("failing", "both"), "gone"], named("slow", "both"));
      const {
        run,
        world,
        slowLane,
        handed,
        members: after,
      } = await laneOf(endpoints, okBut({}), { members });
      let calls = 0;
      slowLane.handOver = async (tick) => {
        if (broken[calls++]) throw new Unavailable("throttled");
        handed.push(tick);
      };
      await run(tickAt(T0), 0);
      const main = ids(world);
      for (const tick of handed) await run(tick, 0);
      expect(ids(world).toSorted()).toEqual(endpoints.map(({ id }) => id).toSorted());
      const sizes = handed.map(({ slow }) => new Set([...(slow?.failing ?? []), ...(slow?.slow ?? [])]).size);
      expect(ids(world).length - main.length).toBe(sizes.reduce((sum, size) => sum + size, 0));
      expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(100);
      expect(await after()).toEqual(membersOf([])); // all were well and fast
    }),
    { numRuns: 30 },
  );
});
