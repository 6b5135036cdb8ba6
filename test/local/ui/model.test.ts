import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Model, makeModel } from "../../../local/ui/model.ts";
import { aMessage, aRow, type FakeSource, fakeSource, NOW, rowsOf } from "./world.ts";

/** A clock that stands still until it is moved; whoever sleeps wakes when their time has come. */
function standingClock() {
  let now = NOW;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
    async advance(ms: number) {
      now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.at > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settled();
    },
  };
}

/** Everything that only waited for promises has happened. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

let source: FakeSource;
let clock: ReturnType<typeof standingClock>;
let stop: AbortController;
let model: Model;
let running: Promise<void>;
const settings = { recentEveryMs: 10_000, hourEveryMs: 60_000 };

beforeEach(async () => {
  source = fakeSource((window) => rowsOf(5, { window, troubled: 1 }));
  clock = standingClock();
  stop = new AbortController();
  model = makeModel({ source, clock, settings: () => settings, signal: stop.signal });
  running = model.run();
  await settled();
});

afterEach(async () => {
  stop.abort();
  await running;
});

const countOf = (what: string) => source.asked.filter((one) => one === what).length;

describe("the dashboard's model", () => {
  it("reads ten minutes every ten seconds and the hour every minute", async () => {
    expect([countOf("overview 10m"), countOf("overview 1h")]).toEqual([1, 1]);
    for (let second = 0; second < 60; second += 10) await clock.advance(10_000);
    expect([countOf("overview 10m"), countOf("overview 1h")]).toEqual([7, 2]);
  });

  it("holds both windows of an endpoint in one row", () => {
    const [row] = model.snapshot().rows;
    expect(row?.windows["10m"]?.series).toHaveLength(10);
    expect(row?.windows["1h"]?.series).toHaveLength(60);
    expect(model.snapshot().readAt).toEqual({ "10m": NOW, "1h": NOW });
  });

  it("lets endpoints go that are no longer there", async () => {
    source.rows = (window) => [aRow(3, { window })];
    await clock.advance(10_000);
    expect(model.snapshot().rows.map(({ id }) => id)).toEqual(["e0003"]);
  });

  it("shows a message at once, and soon after what the log says and the new verdict", async () => {
    const before = countOf("overview 10m");
    source.state = { ...source.state, messages: [{ at: NOW, text: "Website Login 2 is down." }] };
    source.rows = (window) => rowsOf(5, { window, troubled: 3 });
    source.past = [aMessage()];
    source.tell("message");
    source.tell("message");
    expect(model.snapshot().status.messages).toHaveLength(1);
    await clock.advance(1_500);
    expect(model.snapshot().messages).toEqual([aMessage()]);
    expect(model.snapshot().rows[2]?.now.verdict).toBe("degraded");
    expect(countOf("verdicts 2")).toBe(1);
    expect(countOf("overview 10m")).toBe(before);
  });

  it("reads everything again when the endpoints have changed", async () => {
    source.tell("endpoints");
    await settled();
    expect([countOf("overview 10m"), countOf("overview 1h")]).toEqual([2, 2]);
  });

  it("says when it can't read, keeps what it has, and recovers", async () => {
    const { overview } = source;
    source.overview = () => Promise.reject(new Error("the disk is gone"));
    await clock.advance(10_000);
    expect(model.snapshot()).toMatchObject({ problem: "the disk is gone" });
    expect(model.snapshot().rows).toHaveLength(5);
    source.overview = overview;
    await clock.advance(10_000);
    expect(model.snapshot().problem).toBeNull();
  });

  it("reads details of the endpoint that is looked at, and no longer", async () => {
    model.watch("e0001");
    await settled();
    expect(model.snapshot().detail?.id).toBe("e0001");
    await clock.advance(10_000);
    expect(countOf("detail e0001")).toBe(2);
    model.watch(null);
    await clock.advance(10_000);
    expect(model.snapshot().detail).toBeNull();
    expect(countOf("detail e0001")).toBe(2);
  });

  it("reads more messages when more are wanted", async () => {
    source.past = Array.from({ length: 150 }, (_, i) => aMessage({ sentAt: NOW - i }));
    await clock.advance(10_000);
    expect(model.snapshot()).toMatchObject({ moreMessages: true });
    model.wantMessages(200);
    await settled();
    expect(model.snapshot().messages).toHaveLength(150);
    expect(model.snapshot().moreMessages).toBe(false);
  });

  it("shows nothing more once it is over", async () => {
    let shown = 0;
    model.subscribe(() => {
      shown += 1;
    });
    stop.abort();
    source.tell("status");
    await running;
    expect(shown).toBe(0);
  });
});
