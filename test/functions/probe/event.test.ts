import { expect, test } from "vitest";
import { readEvent } from "../../../functions/probe/event.ts";

const tick = { shard: { id: "m0", version: "3", rounds: false }, scheduledAt: 1_800_000_000_000 };
const round = { ...tick, shard: { id: "r0", version: "3", rounds: true }, round: true };
const slow = { ...tick, slow: { failing: ["default/a"], slow: [] } };

test.each([tick, round, slow])("%o is one tick", (given) => {
  expect(readEvent({ v: 1, ...given })).toEqual({ ticks: [given], queued: false });
});

test("a queue brings rounds as texts", () => {
  const Records = [round, tick].map((given) => ({
    messageId: "1",
    body: JSON.stringify({ v: 1, ...given }),
  }));
  expect(readEvent({ Records })).toEqual({ ticks: [round, tick], queued: true });
});

test.each([
  undefined,
  {},
  tick,
  { v: 2, ...tick },
  { v: 1, ...tick, everything: true },
  { v: 1, ...tick, round: false },
  { v: 1, ...tick, slow: { failing: ["default/a"] } },
  { v: 1, ...tick, shard: { id: "m0", version: "3" } },
  { Records: [{ body: "{" }] },
  { Records: [null] },
])("%o is refused", (event) => {
  expect(() => readEvent(event)).toThrow(expect.objectContaining({ code: "bad_event" }));
});
