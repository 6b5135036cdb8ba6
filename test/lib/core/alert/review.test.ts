import { describe, expect, it } from "vitest";
import { compose } from "../../../../lib/core/alert/compose.ts";
import type { Effect, NotifyEffect } from "../../../../lib/core/alert/effect.ts";
import { lookbackMs } from "../../../../lib/core/alert/evaluate.ts";
import { withEffect } from "../../../../lib/core/alert/pending.ts";
import { type Policy, policyOf } from "../../../../lib/core/alert/policy.ts";
import type { AlertState, RegionOutcome } from "../../../../lib/core/alert/state.ts";
import { step } from "../../../../lib/core/alert/step.ts";
import { windowFloor } from "../../../../lib/core/availability/window.ts";
import type { AlertSettings } from "../../../../lib/core/endpoint/endpoint.ts";
import { endpointWith, HOUR, kinds, MINUTE, outcomeAt, play, SECOND, START } from "./play.ts";

/** The rule, call by call, with what it says. */
function watch(policy: Policy, from: AlertState | null = null) {
  const said: NotifyEffect[] = [];
  let state = from;
  let inForce = policy;
  return {
    said,
    kinds: () => said.map(({ kind }) => kind),
    state: (): AlertState => state ?? step(inForce, null, { outcomes: [], evidence: [] }, START).state,
    under(next: Policy) {
      inForce = next;
    },
    call(now: number, ...outcomes: RegionOutcome[]) {
      const answer = step(inForce, state, { outcomes, evidence: [] }, now);
      state = answer.state;
      for (const effect of answer.effects) if (effect.do === "notify") said.push(effect);
    },
  };
}

const one = (region: string, at: number, mark: string): RegionOutcome => {
  const [outcome] = outcomeAt(region, at, mark);
  if (outcome === undefined) throw new Error("a mark without an outcome");
  return outcome;
};

const policy = (regions: readonly string[], alert: AlertSettings = {}, intervalMs = MINUTE): Policy =>
  policyOf(endpointWith(alert, intervalMs), regions);

/** Marks of one region, minute by minute from a slot on, each judged at once. */
function marks(watched: ReturnType<typeof watch>, region: string, row: string, slot = 0): void {
  for (const [index, mark] of [...row].entries())
    watched.call(
      START + (slot + index) * MINUTE + SECOND,
      ...outcomeAt(region, START + (slot + index) * MINUTE, mark),
    );
}

describe("a failing region that is no longer configured", () => {
  it("is no recovery: the verdict waits for what another region sees", () => {
    const watched = watch(policy(["old"], { confirm: 1 }));
    marks(watched, "old", "oxx");
    watched.under(policy(["new"], { confirm: 1 }));
    watched.call(START + 3 * MINUTE);
    expect(watched.state().verdict).toBe("down");
    marks(watched, "new", "xx", 4);
    expect(watched.kinds()).toEqual(["down"]);
    marks(watched, "new", "oo", 6);
    expect(watched.kinds()).toEqual(["down", "up"]);
  });

  it("makes no downtime negative, although the other region ticks earlier in the minute", () => {
    const watched = watch(policy(["late", "early"], { quorum: 2 }));
    const early = (slot: number, mark: string) => one("early", START + slot * MINUTE + 5 * SECOND, mark);
    const late = (slot: number, mark: string) => one("late", START + slot * MINUTE + 50 * SECOND, mark);
    watched.call(START + 51 * SECOND, early(0, "o"), late(0, "o"));
    watched.call(START + MINUTE + 51 * SECOND, early(1, "o"), late(1, "x"));
    expect(watched.state().incident?.startedAt).toBe(START + MINUTE + 50 * SECOND);
    watched.under(policy(["early"], { quorum: 2 }));
    watched.call(START + MINUTE + 52 * SECOND);
    const closed = watched.state().effects.find((effect) => effect.do === "record");
    expect(closed?.do === "record" && closed.incident).toMatchObject({
      startedAt: START + MINUTE + 50 * SECOND,
      endedAt: START + MINUTE + 50 * SECOND,
    });
  });
});

describe("incidents", () => {
  it("of one tick have ids of their own: the log's word takes a posted failure back, another region fails", () => {
    const watched = watch(policy(["a", "b", "c"]));
    const at = START + MINUTE;
    watched.call(START + SECOND, ...["a", "b", "c"].map((region) => one(region, START, "o")));
    watched.call(at + SECOND, { ...one("a", at, "x"), posted: true });
    const first = watched.state().incident?.id;
    watched.call(at + 2 * SECOND, one("a", at, "o"));
    expect(watched.state().incident).toBeNull();
    watched.call(at + 3 * SECOND, one("b", at, "x"));
    expect(watched.state().incident?.id).toMatch(/^shop\./);
    expect(watched.state().incident?.id).not.toBe(first);
  });

  it("name the regions that fail now, also when the verdict stays", () => {
    const rows = { a: "oxxoo", b: "ooxxx", c: "ooooo", d: "ooooo", e: "ooooo" };
    const failing = (upTo: number) =>
      play({
        rows: Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.slice(0, upTo)])),
      }).state.incident?.regions.flatMap(({ region, failingSince }) =>
        failingSince === null ? [] : [`${region}@${(failingSince - START) / MINUTE}`],
      );
    expect(failing(2)).toEqual(["a@1"]);
    expect(failing(3)).toEqual(["a@1", "b@2"]);
    expect(failing(5)).toEqual(["b@2"]);
  });

  it("take the log no new revision while nothing changes", () => {
    const revision = (row: string) => play({ rows: { a: row } }).state.incident?.revision;
    expect(revision("oxxxxxxx")).toBe(revision("oxx"));
  });
});

describe("flapping", () => {
  it("does not begin in maintenance: a recovery of something announced is still sent", () => {
    const maintenance = [{ start: "2026-11-20T12:12", durationMs: 10 * MINUTE, timeZone: "UTC" }];
    const watched = watch(policy(["a"], { confirm: 1, maintenance }));
    marks(watched, "a", "oxxooxx");
    expect(watched.kinds()).toEqual(["down", "up", "down"]);
    watched.call(START + 13 * MINUTE, ...[8, 9, 10].map((slot) => one("a", START + slot * MINUTE, "o")));
    expect(watched.kinds()).toEqual(["down", "up", "down", "up"]);
    marks(watched, "a", "oxx", 22);
    expect(watched.kinds().slice(4)).toEqual(["flapping"]);
  });
});

describe("digests", () => {
  const effect = (n: number, more: Partial<NotifyEffect> = {}): NotifyEffect => ({
    do: "notify",
    id: `site-${n}.1/down.1`,
    kind: "down",
    incidentId: `site-${n}.1`,
    at: START,
    website: `site-${n}`,
    title: `Website site-${n} is down. availability=0.0%, time=2026-11-20T12:00:00Z`,
    body: `Regions:\n  a: failing\nFirst failed check: a, x\n  expect.body (application): ${"é".repeat(200)}\n`,
    claim: null,
    ...more,
  });
  const bytes = (text: string): number => new TextEncoder().encode(text).length;

  it("confess what a single message does: who still fails, is silent, was set aside", () => {
    const regions = { a: "oxx", b: "oxx", c: "o".repeat(60) };
    const aside = play({ rows: regions }).state.effects.filter((one) => one.do === "notify");
    const [, up] = aside;
    if (up === undefined) throw new Error("no recovery");
    expect(up.body).toMatch(/^It lasted \d+m\. Silent: a, b\. Set aside/);
    const { body } = compose("default", "up", [up, { ...up, website: "blog" }], START);
    expect(body.split("\n")).toHaveLength(2);
    expect(body).toMatch(/downtime=\d+m \(Silent: a, b\. Set aside, failing when last heard/);
  });

  it("tell of messages that never went before them", () => {
    let effects: Effect[] = [];
    for (let n = 0; n < 21; n++) effects = withEffect(effects, effect(n));
    const [first, second] = effects.filter((one) => one.do === "notify");
    if (first === undefined || second === undefined) throw new Error("no messages");
    const { body } = compose("default", "down", [first, second], START);
    expect(body).toContain("Not delivered before this: Website site-0 is down.");
  });

  it("list all of 500 endpoints within what a channel takes, details given up first", () => {
    const names = Array.from({ length: 500 }, (_, n) => effect(n));
    const { body } = compose("default", "down", names, START);
    expect(bytes(body)).toBeLessThanOrEqual(200_000);
    expect(body.split("\n").map((line) => line.split(" ")[1])).toEqual(names.map(({ website }) => website));
    expect(body).not.toContain("expect.body");
    const few = compose("default", "down", names.slice(0, 10), START).body;
    expect(few).toContain("expect.body");
  });

  it("say how many they leave out, never half a line; long names are cut", () => {
    const name = "ж".repeat(300);
    const long = (n: number) => effect(n, { website: name, title: `Website ${name} is down. n=${n}` });
    const some = compose(
      "default",
      "down",
      Array.from({ length: 500 }, (_, n) => long(n)),
      START,
    ).body;
    expect(some.split("\n")).toHaveLength(500);
    const many = Array.from({ length: 5_000 }, (_, n) => long(n));
    const { body } = compose("default", "down", many, START);
    expect(bytes(body)).toBeLessThanOrEqual(200_000);
    const lines = body.split("\n");
    expect(lines.at(-1)).toBe(`… and ${5_000 - (lines.length - 1)} more`);
    expect(lines.at(-2)).toMatch(/ is down\. n=\d+$/);
  });
});

describe("messages that nobody takes", () => {
  const message = (n: number): NotifyEffect => ({
    do: "notify",
    id: `shop.1/reminder.${n}`,
    kind: "reminder",
    incidentId: "shop.1",
    at: START,
    website: "shop",
    title: `Reminder ${n}.`,
    body: `Regions:\n${"  a: failing\n".repeat(400)}Incident: shop.1`,
    claim: null,
  });
  const pendingAfter = (count: number) => {
    let effects: Effect[] = [];
    for (let n = 0; n < count; n++) effects = withEffect(effects, message(n));
    return effects.filter((effect) => effect.do === "notify");
  };

  it("live on as lines of the oldest that is left, the latest twenty; of the rest the number", () => {
    const few = pendingAfter(25)[0]?.body.split("\n").slice(-5);
    expect(few).toEqual([0, 1, 2, 3, 4].map((n) => `Not delivered before this: Reminder ${n}.`));
    const [first, ...rest] = pendingAfter(1_000);
    expect(rest).toHaveLength(19);
    const lines = first?.body.split("\n").filter((line) => line.startsWith("Not delivered")) ?? [];
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe("Not delivered before this: 960 earlier messages");
    expect(lines[1]).toBe("Not delivered before this: Reminder 960.");
    expect(lines.at(-1)).toBe("Not delivered before this: Reminder 979.");
  });
});

describe("records that the incident log doesn't take", () => {
  it("stay bounded: the oldest give way, the open incident's is the latest", () => {
    const { state } = play({ rows: { a: `${"ooxx".repeat(80)}` }, alert: { confirm: 1, flapping: "off" } });
    const records = state.effects.flatMap((effect) => (effect.do === "record" ? [effect.incident] : []));
    expect(records).toHaveLength(50);
    expect(records.at(-1)?.id).toBe(state.incident?.id);
    const starts = records.map(({ startedAt }) => startedAt);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });
});

describe("what is read of the log", () => {
  it.each([MINUTE, 5 * MINUTE, HOUR, 24 * HOUR])(
    "holds the window of a vote that still counts (interval %i ms)",
    (intervalMs) => {
      const judged = policy(["a"], {}, intervalMs);
      const counted = Math.max(10 * MINUTE, 3 * intervalMs) + 2 * intervalMs + 90 * SECOND;
      expect(windowFloor(judged, START - counted)).toBeGreaterThanOrEqual(START - lookbackMs(judged));
    },
  );
});

describe("setting aside", () => {
  it("is not put off by maintenance: time inside it breaks no record of voting", () => {
    const maintenance = [{ start: "2026-11-20T12:20", durationMs: 5 * MINUTE, timeZone: "UTC" }];
    const rows = { a: "oxx", b: "o".repeat(45) };
    const [up, ...more] = play({ rows, alert: { maintenance, degradedAfterMs: MINUTE } }).said.slice(1);
    expect([up?.kind, more]).toEqual(["up", []]);
    // silent from 12:05:30 on; 30 minutes later without the five of maintenance
    expect(up?.at).toBe(41);
  });

  it("waits for one that voted throughout: a break of its own starts anew", () => {
    const rows = { a: "oxx", b: `${"o".repeat(20)}.....${"o".repeat(45)}` };
    const [up] = play({ rows, alert: { degradedAfterMs: MINUTE } }).said.slice(1);
    expect(up?.at).toBe(26 + 30);
  });
});

describe("a clock that was set back", () => {
  it("does not blind the rule: ticks of the time that never came are forgotten", () => {
    const watched = watch(policy(["a"], { confirm: 1 }));
    for (const slot of [600, 601, 602])
      watched.call(START + slot * MINUTE, one("a", START + slot * MINUTE, "o"));
    marks(watched, "a", "oxx");
    expect(watched.kinds()).toEqual(["down"]);
    expect(kinds(play({ rows: { a: "oxx" }, alert: { confirm: 1 } }))).toEqual(["down@1"]);
  });
});
