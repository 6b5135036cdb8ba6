import { describe, expect, it } from "vitest";
import { makeLoopDelay } from "../../../lib/probe/loop-delay.ts";

/** A loop whose timers fire when told. */
function loop() {
  let now = 1_000;
  let beat: (() => void) | null = null;
  const delay = makeLoopDelay({
    now: () => now,
    every: (_, run) => {
      beat = run;
      return {
        stop: () => {
          beat = null;
        },
      };
    },
  });
  return {
    delay,
    isBeating: () => beat !== null,
    now: () => now,
    /** Time passes as it should: a beat every 2 ms. */
    pass: (ms: number) => {
      for (const end = now + ms; now < end; ) {
        now += 2;
        beat?.();
      }
    },
    /** The loop stands still; what is late fires afterwards, unless sockets come first. */
    stall: (ms: number) => {
      now += ms;
    },
    beat: () => beat?.(),
  };
}

/** A loop that somebody watches, and whether what happened some time after `from` is noticed late now. */
function watched() {
  const l = loop();
  const release = l.delay.watch();
  const began = l.now();
  return { ...l, release, isLate: (from = began) => l.delay.isLate(from, l.now()) };
}

describe("what is noticed", () => {
  it("is on time where nothing stalls", () => {
    const l = watched();
    l.pass(100);
    expect(l.isLate()).toBe(false);
  });

  it("is late right after a stall, before any beat: sockets are served first", () => {
    const l = watched();
    l.pass(10);
    l.stall(9);
    expect(l.isLate()).toBe(true);
  });

  it("is late after the beat that ended a stall too: the backlog is served in that turn", () => {
    const l = watched();
    l.pass(10);
    l.stall(9);
    l.beat();
    expect([l.isLate(), l.isLate()]).toEqual([true, true]);
  });

  it("is late while the backlog of a stall is a stall itself", () => {
    const l = watched();
    l.stall(20);
    l.beat();
    l.stall(9);
    l.beat();
    expect(l.isLate()).toBe(true);
  });

  it("is late when two turns, each short enough, make it wait for both", () => {
    const l = watched();
    l.pass(10);
    l.stall(4);
    l.beat();
    expect(l.isLate()).toBe(false);
    l.stall(4);
    expect(l.isLate()).toBe(true);
  });

  it("is on time again with the first beat that is: who only waited during the stall is none the wiser", () => {
    const l = watched();
    l.pass(10);
    l.stall(50);
    l.beat();
    l.pass(2);
    expect(l.isLate()).toBe(false);
  });

  it("can't have waited for longer than since what it follows from", () => {
    const l = watched();
    l.pass(10);
    l.stall(50);
    const from = l.now();
    l.beat();
    l.stall(1);
    expect([l.isLate(from), l.isLate()]).toEqual([false, true]);
  });

  it("may be late by a little", () => {
    const l = watched();
    l.pass(10);
    l.stall(4);
    expect(l.isLate()).toBe(false);
  });
});

describe("the sampler", () => {
  it("beats only while somebody watches", () => {
    const l = loop();
    const [first, second] = [l.delay.watch(), l.delay.watch()];
    first();
    expect(l.isBeating()).toBe(true);
    second();
    expect(l.isBeating()).toBe(false);
  });

  it("takes no rest for a stall", () => {
    const l = watched();
    l.release();
    l.stall(500);
    l.delay.watch();
    l.pass(4);
    expect(l.isLate()).toBe(false);
  });
});
