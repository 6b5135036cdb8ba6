import { describe, expect, it } from "vitest";
import { policyOf } from "../../../../lib/core/alert/policy.ts";
import type { RegionOutcome } from "../../../../lib/core/alert/state.ts";
import { newRegion, type RegionStep, stepRegion } from "../../../../lib/core/availability/region.ts";
import { enoughFor, silentAfterMs, windowAt, windowFloor } from "../../../../lib/core/availability/window.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "../alert/play.ts";

const ticks = (row: string, stepMs = MINUTE): RegionOutcome[] =>
  [...row].flatMap((mark, slot) => outcomeAt("a", START + slot * stepMs, mark));

describe("a window", () => {
  const shape = { intervalMs: MINUTE, expected: 3 };

  it("is the latest `expected` outcomes, however many there are", () => {
    expect(windowAt(shape, ticks("ooooo")).map(({ scheduledAt }) => (scheduledAt - START) / MINUTE)).toEqual([
      2, 3, 4,
    ]);
  });

  it("reaches back `expected` + 2 slots, the latest one counted", () => {
    expect(windowFloor(shape, START)).toBe(START - 5 * MINUTE);
    expect(windowAt(shape, ticks("o...o"))).toHaveLength(2);
    expect(windowAt(shape, ticks("o....o"))).toHaveLength(1);
  });

  it("is empty without outcomes", () => {
    expect(windowAt(shape, [])).toEqual([]);
  });
});

describe("enough for a vote", () => {
  it.each([
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [10, 7],
    [12, 9],
    [60, 47],
    [360, 287],
  ])("of %i expected: %i", (expected, enough) => {
    expect(enoughFor(expected)).toBe(enough);
  });
});

describe("a region", () => {
  const judged = (row: string, now: number, alert = {}, intervalMs = MINUTE): RegionStep =>
    stepRegion(policyOf(endpointWith(alert, intervalMs), ["a"]), newRegion(), ticks(row, intervalMs), 0, now);

  it("is silent when its latest tick is older than two intervals and 90 s", () => {
    const latest = START + MINUTE;
    expect(judged("oo", latest + 210 * SECOND).vote).toEqual({ ok: 2, all: 2 });
    expect(judged("oo", latest + 210 * SECOND + 1).vote).toBeNull();
    expect(silentAfterMs(10 * SECOND)).toBe(110 * SECOND);
  });

  it("voted last when it fell silent, not when somebody looked", () => {
    expect(judged("oo", START + 60 * MINUTE).state.lastVoteAt).toBe(START + MINUTE + 210 * SECOND);
    expect(judged("oo", START + 2 * MINUTE).state.lastVoteAt).toBe(START + 2 * MINUTE);
    expect(judged("o", START + 2 * MINUTE).state.lastVoteAt).toBeNull();
  });

  it("has voted without a break since its first vote, or the first after a break", () => {
    const policy = policyOf(endpointWith(), ["a"]);
    const since = (row: string) => {
      const judgedLast = ticks(row).reduce(
        (state, tick) => stepRegion(policy, state, [tick], 0, tick.scheduledAt).state,
        newRegion(),
      );
      return judgedLast.votingSince === null ? null : (judgedLast.votingSince - START) / MINUTE;
    };
    expect(since("ooooo")).toBe(1);
    expect(since("oo..oo")).toBe(1);
    expect(since("oo...oo")).toBe(6);
    expect(since("oo....o")).toBeNull();
  });

  it("fails only with `confirm` failures in a row, at or below the threshold", () => {
    const fails = (row: string, alert = {}) => judged(row, START + row.length * MINUTE, alert).newlyFailing;
    expect(fails("ox")).toBe(false);
    expect(fails("xx")).toBe(true);
    expect(fails("ooooooox", { windowMs: 8 * MINUTE, confirm: 1 })).toBe(false);
    expect(fails("ooxoooox", { windowMs: 8 * MINUTE, confirm: 1 })).toBe(true);
    expect(fails("ooxxooox", { windowMs: 8 * MINUTE, confirm: 2 })).toBe(false);
    expect(fails("ooxooxxo", { windowMs: 8 * MINUTE, confirm: 1 })).toBe(false);
  });

  it("keeps what a window holds and no more", () => {
    expect(judged("oooooooooo", START + 10 * MINUTE).state.outcomes).toHaveLength(2);
    expect(judged("oooooooooo", START + 10 * MINUTE, { windowMs: 8 * MINUTE }).state.outcomes).toHaveLength(
      8,
    );
  });
});
