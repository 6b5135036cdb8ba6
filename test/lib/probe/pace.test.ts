/** The pacer against a machine of cardboard: its clock, its CPU and its timers move only as told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePacer, type PaceOptions, type Pacer } from "../../../lib/probe/pace.ts";

/** A machine on which a check costs `costMs` of CPU when it starts, and takes `lengthMs`. */
function machine(options: Partial<PaceOptions> & { costMs: number }) {
  let now = 0;
  let cpu = 0;
  let timers: { at: number; run: () => void }[] = [];
  const at = (ms: number, run: () => void): void => {
    timers.push({ at: now + ms, run });
  };
  const pacer = makePacer({
    share: 0.5,
    cpus: 1,
    inFlight: 1_000,
    now: () => now,
    cpuMs: () => cpu,
    later: at,
    ...options,
  });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return {
    pacer,
    at,
    now: () => now,
    spend: (ms: number) => {
      cpu += ms;
    },
    cost: options.costMs,
    settle,
    /** Moves time on by half milliseconds. */
    run: async (ms: number): Promise<void> => {
      for (const end = now + ms; now < end; ) {
        now += 0.5;
        const due = timers.filter((timer) => timer.at <= now);
        timers = timers.filter((timer) => timer.at > now);
        for (const timer of due) timer.run();
        await settle();
      }
    },
  };
}

type Machine = ReturnType<typeof machine>;

/** Asks for many checks at once; answers with the times at which they started. */
function ask(m: Machine, count: number, lengthMs: number): number[] {
  const starts: number[] = [];
  const one = async (pacer: Pacer): Promise<void> => {
    const release = await pacer.start();
    starts.push(m.now());
    m.spend(m.cost);
    m.at(lengthMs, release);
  };
  for (let i = 0; i < count; i++) void one(m.pacer);
  return starts;
}

const perSecond = (starts: readonly number[], from: number, to: number): number =>
  (starts.filter((at) => at >= from && at < to).length / (to - from)) * 1000;

describe("a pacer", () => {
  it.each([
    [0.2, 2_500],
    [0.8, 625],
    [4, 125],
  ])("starts checks that cost %d ms each at the rate that uses half of the CPU", async (costMs, expected) => {
    const m = machine({ costMs });
    const starts = ask(m, 8_000, 100);
    await m.run(1_500);
    expect(perSecond(starts, 500, 1_500) / expected).toBeGreaterThan(0.85);
    expect(perSecond(starts, 500, 1_500) / expected).toBeLessThan(1.15);
  });

  it("goes by the CPU that a quota leaves", async () => {
    const m = machine({ costMs: 1, cpus: 0.25 });
    const starts = ask(m, 1_000, 50);
    await m.run(2_000);
    expect(perSecond(starts, 500, 2_000)).toBeLessThan(145);
  });

  it("starts a lone check at once", async () => {
    const m = machine({ costMs: 1 });
    expect(await Promise.race([m.pacer.start(), m.settle().then(() => "late")])).toBeInstanceOf(Function);
  });

  it("saves up no burst while it rests", async () => {
    const m = machine({ costMs: 1 });
    await m.run(10_000);
    const starts = ask(m, 100, 10);
    await m.settle();
    expect(starts.length).toBeLessThanOrEqual(3);
  });

  it("never has more in flight than allowed, and goes on as soon as one ends", async () => {
    const m = machine({ costMs: 0.1, inFlight: 3 });
    const releases: (() => void)[] = [];
    for (let i = 0; i < 5; i++) void m.pacer.start().then((release) => releases.push(release));
    await m.run(100);
    expect(releases).toHaveLength(3);
    releases[0]?.();
    releases[0]?.(); // saying it twice frees one place only
    await m.run(100);
    expect(releases).toHaveLength(4);
  });

  it("is fair: first come, first started", async () => {
    const m = machine({ costMs: 1 });
    const order: number[] = [];
    for (let i = 0; i < 50; i++)
      void m.pacer.start().then((release) => {
        order.push(i);
        release();
      });
    await m.run(1_000);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(50);
  });

  it("forgets who gave up waiting", async () => {
    const m = machine({ costMs: 1, inFlight: 1 });
    const release = await m.pacer.start();
    const stop = new AbortController();
    const given = m.pacer.start(stop.signal);
    const next = m.pacer.start();
    stop.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    release();
    await m.run(50);
    expect(await next).toBeInstanceOf(Function);
    await expect(m.pacer.start(stop.signal)).rejects.toThrow("enough");
  });

  it("starts everything that is asked for, whatever a check costs", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.01, max: 30, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 20 }),
        async (costMs, count, lengthMs) => {
          const m = machine({ costMs, inFlight: 7 });
          const starts = ask(m, count, lengthMs);
          await m.run(60 * 2 * 30 + 1_000);
          expect(starts).toHaveLength(count);
        },
      ),
      { numRuns: 20 },
    );
  });
});
