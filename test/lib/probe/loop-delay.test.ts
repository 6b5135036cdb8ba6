import { describe, expect, it } from "vitest";
import { makeLoopDelay } from "../../../lib/probe/loop-delay.ts";

/** A loop whose timers fire when told. */
function loop() {
  let now = 0;
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

describe("the sampler", () => {
  it("sees nothing where nothing stalls", () => {
    const l = loop();
    const stalled = l.delay.watch();
    l.pass(100);
    expect(stalled()).toBe(false);
  });

  it("sees a stall in the middle", () => {
    const l = loop();
    const stalled = l.delay.watch();
    l.pass(10);
    l.stall(9);
    l.beat();
    l.pass(50);
    expect(stalled()).toBe(true);
  });

  it("sees one that no beat has met yet, as sockets are served before timers", () => {
    const l = loop();
    const stalled = l.delay.watch();
    l.pass(10);
    l.stall(9);
    expect(stalled()).toBe(true);
  });

  it("tells all checks that a stall touched, though the first one's end has seen it", () => {
    const l = loop();
    const [first, second] = [l.delay.watch(), l.delay.watch()];
    l.stall(9);
    expect([first(), second()]).toEqual([true, true]);
  });

  it("does not blame a check for a stall before it began", () => {
    const l = loop();
    const before = l.delay.watch();
    l.pass(10);
    l.stall(20);
    const stalled = l.delay.watch();
    l.beat();
    l.pass(10);
    expect([before(), stalled()]).toEqual([true, false]);
  });

  it("lets a little delay pass", () => {
    const l = loop();
    const stalled = l.delay.watch();
    l.stall(4);
    l.beat();
    expect(stalled()).toBe(false);
  });

  it("beats only while somebody watches", () => {
    const l = loop();
    const [first, second] = [l.delay.watch(), l.delay.watch()];
    first();
    expect(l.isBeating()).toBe(true);
    second();
    expect(l.isBeating()).toBe(false);
    l.stall(500);
    const later = l.delay.watch();
    l.pass(4);
    expect(later()).toBe(false);
  });
});
