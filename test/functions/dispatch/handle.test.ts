import { expect, test } from "vitest";
import { type DispatchDeps, type Invocation, makeHandle } from "../../../functions/dispatch/handle.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { ShardRef } from "../../../lib/core/ports.ts";

const T0 = Date.UTC(2026, 10, 20, 12);
const MINUTE = { scheduledAt: T0, region: "paris" };

const shardOf = (id: string, changes: Partial<ShardRef> = {}): ShardRef => ({
  id,
  version: "1",
  count: 10,
  offsetMs: 0,
  rounds: false,
  ...changes,
});

const roundsOf = (count: number): ShardRef[] =>
  Array.from({ length: count }, (_, i) => shardOf(`r${i}`, { rounds: true }));

/** A dispatcher in a world that is written down. `later`: whether rounds may be put off. */
function dispatchOf(
  shards: ShardRef[],
  { broken = [], later = true }: { broken?: string[]; later?: boolean } = {},
) {
  const seen: string[] = [];
  const faults: string[] = [];
  const world = { shards: async () => shards, seen, faults, mostAtOnce: 0 };
  let atOnce = 0;
  const start = async ({ shard, scheduledAt, region, round }: Invocation, how = "") => {
    world.mostAtOnce = Math.max(world.mostAtOnce, ++atOnce);
    await new Promise<void>((resolve) => setImmediate(resolve));
    atOnce--;
    if (broken.includes(shard.id)) throw new Unavailable("throttled");
    seen.push(`${shard.id} ${region} +${scheduledAt - T0}${round ? " round" : ""}${how}`);
  };
  const deps: DispatchDeps = {
    endpoints: { shards: () => world.shards() },
    invoke: start,
    ...(later ? { invokeLater: (invocation, delayMs) => start(invocation, ` in ${delayMs}`) } : {}),
    onFault: (_error, { what, shard }) => faults.push(shard ?? what),
  };
  return { handle: makeHandle(deps), world, deps };
}

test("one probe for each shard that has endpoints, at the shard's place in the minute", async () => {
  const shards = [shardOf("0"), shardOf("1", { offsetMs: 30_000 }), shardOf("2", { count: 0 })];
  const { handle, world } = dispatchOf(shards);
  expect(await handle(MINUTE)).toEqual({ shards: 2 });
  expect(world.seen).toEqual(["0 paris +0", "1 paris +30000"]);
});

test("a shard is checked only in the regions that it names", async () => {
  const shards = [
    shardOf("everywhere"),
    shardOf("here", { regions: ["tokyo", "paris"] }),
    shardOf("there", { regions: ["tokyo"] }),
  ];
  const { handle, world } = dispatchOf(shards);
  expect(await handle(MINUTE)).toEqual({ shards: 2 });
  expect(world.seen).toEqual(["everywhere paris +0", "here paris +0"]);
});

test("a shard that can't be invoked holds no other back", async () => {
  const { handle, world } = dispatchOf([shardOf("0"), shardOf("1"), shardOf("2")], { broken: ["1"] });
  expect(await handle(MINUTE)).toEqual({ shards: 3 });
  expect(world.seen).toEqual(["0 paris +0", "2 paris +0"]);
  expect(world.faults).toEqual(["1"]);
});

test("that none could be started is an error: alarms strike", async () => {
  const { handle } = dispatchOf([shardOf("0"), shardOf("1")], { broken: ["0", "1"] });
  await expect(handle(MINUTE)).rejects.toBeInstanceOf(Unavailable);
});

test("nothing to watch is no error", async () => {
  expect(await dispatchOf([]).handle(MINUTE)).toEqual({ shards: 0 });
});

test("six hundred shards are started side by side, fifty at a time, each once", async () => {
  const shards = Array.from({ length: 600 }, (_, i) => shardOf(String(i)));
  const { handle, world } = dispatchOf(shards);
  await handle(MINUTE);
  expect(new Set(world.seen)).toEqual(new Set(shards.map(({ id }) => `${id} paris +0`)));
  expect([world.seen.length, world.mostAtOnce]).toEqual([600, 50]);
});

test("shards that were listed last are used while the store is away", async () => {
  const { handle, world } = dispatchOf([shardOf("0"), shardOf("1")]);
  await handle(MINUTE);
  world.shards = async () => {
    throw new Unavailable("The table is away.");
  };
  expect(await handle({ ...MINUTE, scheduledAt: T0 + 60_000 })).toEqual({ shards: 2 });
  expect(world.seen.slice(2)).toEqual(["0 paris +60000", "1 paris +60000"]);
  expect(world.faults).toEqual(["list of shards"]);
});

test("with nothing ever listed, a store that is away is an error", async () => {
  const { handle, world } = dispatchOf([]);
  world.shards = async () => {
    throw new Unavailable("The table is away.");
  };
  await expect(handle(MINUTE)).rejects.toBeInstanceOf(Unavailable);
});

const OFFSETS = [0, 10_000, 15_000, 20_000, 30_000, 40_000, 45_000, 50_000];

test("the first round starts at once, the others when their time has come", async () => {
  const { handle, world } = dispatchOf([shardOf("m0"), ...roundsOf(1)]);
  await handle(MINUTE);
  expect(world.seen).toEqual([
    "m0 paris +0",
    "r0 paris +0 round",
    ...OFFSETS.slice(1).map((offset) => `r0 paris +${offset} round in ${offset}`),
  ]);
});

test("of more than five shards with rounds each is one invocation for the minute, and where rounds can't be put off", async () => {
  const five = dispatchOf(roundsOf(5));
  await five.handle(MINUTE);
  expect(five.world.seen).toHaveLength(5 * OFFSETS.length);
  const six = dispatchOf([...roundsOf(6), shardOf("elsewhere", { rounds: true, regions: ["tokyo"] })]);
  await six.handle(MINUTE);
  expect(six.world.seen).toEqual(roundsOf(6).map(({ id }) => `${id} paris +0`));
  const local = dispatchOf(roundsOf(1), { later: false });
  await local.handle(MINUTE);
  expect(local.world.seen).toEqual(["r0 paris +0"]);
});

test.each<[string, () => Promise<boolean>, number[], string[]]>([
  ["well", async () => true, [], []],
  ["unwell", async () => false, [0], []],
  ["not to be found out", () => Promise.reject(new Error("no route")), [0], ["health of home"]],
])("how home is goes to the alarm: %s", async (_, homeHealth, values, faults) => {
  const { deps, world } = dispatchOf([shardOf("0")]);
  const metrics: unknown[] = [];
  const handle = makeHandle({ ...deps, homeHealth, metric: (...metric) => metrics.push(metric) });
  await handle(MINUTE);
  expect(metrics).toEqual(values.map((value) => ["HomeHealthy", value]));
  expect(world.faults).toEqual(faults);
  expect(world.seen).toEqual(["0 paris +0"]);
});

test("how home is goes to the alarm also when nothing can be listed", async () => {
  const { deps, world } = dispatchOf([]);
  world.shards = () => Promise.reject(new Unavailable("The table is away."));
  const metrics: unknown[] = [];
  const handle = makeHandle({ ...deps, homeHealth: async () => false, metric: (...m) => metrics.push(m) });
  await expect(handle(MINUTE)).rejects.toBeInstanceOf(Unavailable);
  expect(metrics).toEqual([["HomeHealthy", 0]]);
});
