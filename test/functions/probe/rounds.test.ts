/** Rounds as AWS runs them: each in an invocation of its own, or a minute of them that begins when it arrives. */
import { expect, test } from "vitest";
import type { ProbeDeps } from "../../../functions/probe/handle.ts";
import { endpointOf } from "./doubles.ts";
import { MINUTE, probeOf, records, rounds, T0, tickAt } from "./world.ts";

const endpoints = [10, 15, 20, 30].map((s) => endpointOf(`every-${s}`, { intervalMs: s * 1_000 }));

/** What was written: who, for which moment of the minute, and how much later the check began. */
async function ran(at: number, startedAfter: number, single: boolean, changes: Partial<ProbeDeps> = {}) {
  const { clock, world, handle } = probeOf(endpoints, () => ({ outcome: "ok" }), changes);
  clock.set(T0 + startedAfter);
  const done = handle(tickAt(T0 + at, { shard: rounds, ...(single ? { round: true } : {}) }));
  await clock.advance(2 * MINUTE);
  const found = records(world).map(
    ({ endpointId, scheduledAt, startedAt }) =>
      `${endpointId} +${(scheduledAt - T0) / 1_000} late ${(startedAt - scheduledAt) / 1_000}`,
  );
  return { found, summary: await done };
}

test.each([
  [0, ["every-10", "every-15", "every-20", "every-30"]],
  [10_000, ["every-10"]],
  [15_000, ["every-15"]],
  [30_000, ["every-10", "every-15", "every-30"]],
  [50_000, ["every-10"]],
])("a round at %i ms is for those that have one then, once", async (at, ids) => {
  const { found, summary } = await ran(at, at, true);
  expect(found).toEqual(ids.map((id) => `${id} +${at / 1_000} late 0`));
  expect(summary).toMatchObject({ checked: ids.length, missed: 0 });
});

test("a minute that begins late keeps the distances of its rounds, and loses none", async () => {
  const { found, summary } = await ran(0, 23_000, false, { roundsFollow: "arrival", toleranceMs: 90_000 });
  expect(summary).toMatchObject({ checked: 6 + 4 + 3 + 2, missed: 0 });
  expect(found.every((line) => line.endsWith("late 23"))).toBe(true);
});

test("a tick is tolerated as late as the one who wires it says", async () => {
  expect((await ran(0, 89_000, true, { toleranceMs: 90_000 })).summary).toMatchObject({ checked: 4 });
  expect((await ran(0, 91_000, true, { toleranceMs: 90_000 })).summary).toMatchObject({
    checked: 0,
    missed: 1,
  });
});
