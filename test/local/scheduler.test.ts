import { expect, test } from "vitest";
import { runScheduler } from "../../local/wiring/scheduler.ts";
import { ManualClock } from "../functions/probe/doubles.ts";

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 10, 20, 12);

/** A scheduler started in the middle of the minute T0; ticks are told as minutes after T0, with their lateness. */
function running(startedAt = T0 + 17_300) {
  const clock = new ManualClock(startedAt);
  const stop = new AbortController();
  const ticks: number[] = [];
  const lateness: number[] = [];
  const skipped: [minutes: number, from: number][] = [];
  const ended = runScheduler(
    {
      clock,
      tick: (minute) => {
        ticks.push((minute - T0) / MINUTE);
        lateness.push(clock.now() - minute);
      },
      onSkipped: (minutes, from) => skipped.push([minutes, (from - T0) / MINUTE]),
    },
    startedAt,
    stop.signal,
  );
  return { clock, stop, ticks, lateness, skipped, ended };
}

test("every minute once, at its start, however long it runs", async () => {
  const { clock, ticks, lateness, skipped } = running();
  await clock.advance(3 * 60 * MINUTE);
  expect(ticks).toEqual(Array.from({ length: 3 * 60 }, (_, i) => i + 1));
  expect(Math.max(...lateness)).toBe(0);
  expect(skipped).toEqual([]);
});

test("after a suspend what was missed is skipped and said, never made up for", async () => {
  const { clock, ticks, skipped } = running();
  await clock.advance(2 * MINUTE);
  clock.set(T0 + 47 * MINUTE + 50_000);
  await clock.advance(3 * MINUTE);
  expect(ticks).toEqual([1, 2, 48, 49, 50]);
  expect(skipped).toEqual([[44, 3]]);
});

test("a tick that is a little late still runs, and the next is on time", async () => {
  const { clock, ticks, lateness } = running();
  await clock.advance(MINUTE);
  clock.set(T0 + 2 * MINUTE + 5_000);
  await clock.advance(MINUTE);
  expect(ticks).toEqual([1, 2, 3]);
  expect(lateness[1]).toBeGreaterThanOrEqual(5_000);
  expect(lateness[2]).toBe(0);
});

test("a clock set back by seconds runs no minute twice", async () => {
  const { clock, ticks } = running();
  await clock.advance(43_000);
  expect(ticks).toEqual([1]);
  clock.set(T0 + MINUTE - 10_000);
  await clock.advance(2 * MINUTE);
  expect(ticks).toEqual([1, 2]);
});

test("a clock set back by an hour runs those minutes that never ran", async () => {
  const { clock, ticks } = running();
  await clock.advance(2 * MINUTE);
  expect(ticks).toEqual([1, 2]);
  clock.set(T0 - 60 * MINUTE);
  await clock.advance(2.5 * MINUTE);
  expect(ticks).toEqual([1, 2, -59, -58]);
  clock.set(T0 + 30_000);
  await clock.advance(3 * MINUTE);
  expect(ticks).toEqual([1, 2, -59, -58, 3]);
});

test("a stop ends it at once", async () => {
  const { clock, stop, ticks, ended } = running();
  await clock.advance(MINUTE);
  stop.abort();
  await ended;
  await clock.advance(5 * MINUTE);
  expect(ticks).toEqual([1]);
});
