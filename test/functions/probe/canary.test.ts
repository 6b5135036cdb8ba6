import { expect, test } from "vitest";
import { makeCanaryGate } from "../../../functions/probe/canary.ts";
import type { Outcome } from "../../../lib/core/check/outcome.ts";
import { ManualClock, refused, scriptedChecker } from "./doubles.ts";

const T0 = 1_800_000_000_000;
const MINUTE = 60_000;
const canaries = ["https://one.example/", "https://two.example/"];

/** A gate whose canaries answer as `network` says at the moment they are asked. */
function gateWith(network: (url: string, now: number) => Outcome, urls = canaries, takesMs = 0) {
  const clock = new ManualClock(T0);
  const said: string[] = [];
  const faults: unknown[] = [];
  const checker = scriptedChecker(clock, ({ url }) => ({ outcome: network(url, clock.now()), takesMs }));
  const gate = makeCanaryGate({
    urls,
    checker,
    clock,
    onOwnNetwork: (up, since) => said.push(`${up ? "up" : "down"} since ${(since - T0) / 1000} s`),
    onUselessCanaries: () => said.push("useless"),
    onFault: (error) => faults.push(error),
  });
  return { clock, gate, checker, said, faults };
}

const span = (clock: ManualClock, ms = 0) => ({ from: clock.now() - ms, to: clock.now() });

/** What `judge` says, with the time it needs. */
async function verdict(clock: ManualClock, judged: Promise<boolean>): Promise<boolean> {
  await clock.advance(6_000);
  return judged;
}

test("a failure counts once a canary has answered after it", async () => {
  const { clock, gate, said } = gateWith(() => "ok");
  expect(await verdict(clock, gate.judge(span(clock)))).toBe(true);
  expect(said).toEqual([]);
});

test("one canary that answers is enough, and the other is given up", async () => {
  const { clock, gate } = gateWith((url) => (url.includes("two") ? "ok" : refused));
  expect(await verdict(clock, gate.judge(span(clock)))).toBe(true);
});

test("when no canary answers, the failure is ours; said once, and once when it is over", async () => {
  let network: Outcome = refused;
  const { clock, gate, said } = gateWith(() => network);
  expect(await verdict(clock, gate.judge(span(clock)))).toBe(false);
  expect(await verdict(clock, gate.judge(span(clock)))).toBe(false);
  expect(said).toEqual(["down since 0 s"]);
  network = "ok";
  gate.open();
  await clock.advance(1_000);
  expect(said).toEqual(["down since 0 s", "up since 12 s"]);
});

test("an answer from before the failure says nothing: the network may have gone in between", async () => {
  let network: Outcome = "ok";
  const { clock, gate } = gateWith(() => network);
  gate.open();
  await clock.advance(2_000);
  network = refused;
  expect(await verdict(clock, gate.judge(span(clock, 1_000)))).toBe(false);
});

test("a network that was dead during the check blames nobody, even when it is back at its end", async () => {
  const { clock, gate } = gateWith((_url, now) => (now < T0 + 3_000 ? refused : "ok"));
  gate.open();
  await clock.advance(5_000);
  expect(await verdict(clock, gate.judge(span(clock, 5_000)))).toBe(false);
  expect(await verdict(clock, gate.judge(span(clock, 1_000)))).toBe(true);
});

test("a public check that began after the failing one ended is a sign of life", async () => {
  const { clock, gate, checker } = gateWith(() => refused);
  const failing = span(clock, 500);
  await clock.advance(100);
  gate.heard(span(clock, 50));
  expect(await gate.judge(failing)).toBe(true);
  expect(checker.seen).toEqual([]);
});

test("many failures at once share one round; rounds are a second apart", async () => {
  const { clock, gate, checker } = gateWith(() => "ok");
  const first = [1, 2, 3].map(() => gate.judge(span(clock)));
  await clock.settle();
  expect(await Promise.all(first)).toEqual([true, true, true]);
  expect(checker.seen).toHaveLength(2);
  await clock.advance(300);
  const second = gate.judge(span(clock));
  await clock.advance(699);
  expect(checker.seen).toHaveLength(2);
  await clock.advance(1);
  expect(await second).toBe(true);
  expect(checker.seen).toHaveLength(4);
});

test("a round that began before the failing check ended is waited for, and another tells", async () => {
  let network: Outcome = "ok";
  const { clock, gate, checker } = gateWith(() => network, canaries, 400);
  gate.open();
  await clock.advance(100);
  const judged = gate.judge(span(clock, 50));
  await clock.advance(400);
  network = refused;
  await clock.advance(2_000);
  expect(await judged).toBe(false);
  expect(checker.seen).toHaveLength(4);
});

test("ticks close together share the round at their start", async () => {
  const { clock, gate, checker } = gateWith(() => "ok");
  gate.open();
  gate.open();
  await clock.advance(4_999);
  gate.open();
  expect(checker.seen).toHaveLength(2);
  await clock.advance(1);
  gate.open();
  expect(checker.seen).toHaveLength(4);
});

test("an empty list trusts the network", async () => {
  const { clock, gate, checker } = gateWith(() => refused, []);
  gate.open();
  gate.heard(span(clock));
  expect(await gate.judge(span(clock))).toBe(true);
  expect(checker.seen).toEqual([]);
});

test("canaries behind a firewall lose their say when public checks succeed; said once", async () => {
  const { clock, gate, said } = gateWith(() => refused);
  gate.open();
  await clock.advance(1_000);
  gate.heard(span(clock, 100));
  expect(await verdict(clock, gate.judge(span(clock, 900)))).toBe(true);
  expect(said).toEqual(["useless"]);
  await clock.advance(MINUTE);
  gate.heard(span(clock, 100));
  expect(await verdict(clock, gate.judge(span(clock, 200)))).toBe(true);
  await clock.advance(MINUTE);
  expect(await verdict(clock, gate.judge(span(clock, 200)))).toBe(false);
  expect(said.filter((line) => line === "useless")).toHaveLength(1);
});

test("canaries that answered lately keep their say: a flapping network is no firewall", async () => {
  let network: Outcome = "ok";
  const { clock, gate, said } = gateWith(() => network);
  gate.open();
  await clock.advance(10_000);
  for (let i = 0; i < 3; i++) {
    network = refused;
    gate.open();
    await clock.advance(10_000);
    gate.heard(span(clock, 100));
    expect(await verdict(clock, gate.judge(span(clock, 200)))).toBe(false);
  }
  expect(said).not.toContain("useless");
});

test("a fault of ours in a canary's check is told and counts as no answer", async () => {
  const { clock, gate, faults } = gateWith(() => {
    throw new Error("no file descriptors left");
  });
  expect(await verdict(clock, gate.judge(span(clock)))).toBe(false);
  expect(faults).toHaveLength(2);
});

test("a clock set back can't keep a verdict waiting", async () => {
  const { clock, gate } = gateWith(() => "ok");
  const failing = span(clock);
  clock.set(T0 - 60 * MINUTE);
  expect(await verdict(clock, gate.judge(failing))).toBe(false);
});

test("whoever has to end waits for a round that is under way, and for none that is not", async () => {
  const { clock, gate } = gateWith(() => "ok", canaries, 300);
  await gate.settled();
  gate.open();
  let settledAt = 0;
  const settled = gate.settled().then(() => {
    settledAt = clock.now() - T0;
  });
  await clock.advance(1_000);
  await settled;
  expect(settledAt).toBe(300);
});
