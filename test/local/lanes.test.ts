import { expect, test } from "vitest";
import type { ProbeContext, ShardTick, TickSummary } from "../../functions/probe/handle.ts";
import { makeLanes } from "../../local/wiring/lanes.ts";

const shard = { id: "minutes-1-0", version: "1", count: 1, offsetMs: 0, rounds: false };
const summary: TickSummary = { checked: 1, failed: 0, invalid: 0, unfinished: 0, missed: 0 };

function lanesOf() {
  const stop = new AbortController();
  const abort = new AbortController();
  const running: { tick: ShardTick; context: ProbeContext; end(): void; fail(error: Error): void }[] = [];
  const overruns: number[] = [];
  const faults: unknown[] = [];
  const lanes = makeLanes({
    probe: (tick, context = {}) =>
      new Promise((resolve, reject) => {
        running.push({ tick, context, end: () => resolve(summary), fail: reject });
      }),
    stop: stop.signal,
    abort: abort.signal,
    onOverrun: (_shard, scheduledAt) => overruns.push(scheduledAt),
    onFault: (error) => faults.push(error),
  });
  return { lanes, running, overruns, faults, stop };
}

test("a tick may begin while the one before runs; a third is left out and said", async () => {
  const { lanes, running, overruns } = lanesOf();
  const first = lanes.run({ shard, scheduledAt: 1 });
  const second = lanes.run({ shard, scheduledAt: 2 });
  expect(await lanes.run({ shard, scheduledAt: 3 })).toBeNull();
  expect(overruns).toEqual([3]);
  running[0]?.end();
  expect(await first).toEqual(summary);
  const fourth = lanes.run({ shard, scheduledAt: 4 });
  expect(running.map(({ tick }) => tick.scheduledAt)).toEqual([1, 2, 4]);
  for (const one of running) one.end();
  expect(await Promise.all([second, fourth])).toEqual([summary, summary]);
});

test("one shard's slowness leaves the others alone", async () => {
  const { lanes, running } = lanesOf();
  for (const scheduledAt of [1, 2, 3]) void lanes.run({ shard, scheduledAt });
  void lanes.run({ shard: { ...shard, id: "minutes-2-1" }, scheduledAt: 3 });
  expect(running).toHaveLength(3);
});

test("a tick that fails as a whole is told and frees its place", async () => {
  const { lanes, running, faults } = lanesOf();
  const tick = lanes.run({ shard, scheduledAt: 1 });
  running[0]?.fail(new Error("no list"));
  expect(await tick).toBeNull();
  expect(faults).toHaveLength(1);
  void lanes.run({ shard, scheduledAt: 2 });
  void lanes.run({ shard, scheduledAt: 3 });
  expect(running).toHaveLength(3);
});

test("idle waits for everything that runs; nothing begins after a stop", async () => {
  const { lanes, running, stop } = lanesOf();
  void lanes.run({ shard, scheduledAt: 1 });
  stop.abort();
  expect(await lanes.run({ shard, scheduledAt: 2 })).toBeNull();
  const idle = lanes.idle();
  running[0]?.end();
  await idle;
  expect(running).toHaveLength(1);
});
