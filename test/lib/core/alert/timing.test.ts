import { describe, expect, it } from "vitest";
import { policyOf } from "../../../../lib/core/alert/policy.ts";
import type { AlertState } from "../../../../lib/core/alert/state.ts";
import { step } from "../../../../lib/core/alert/step.ts";
import { readerVerdict } from "../../../../lib/core/alert/verdict.ts";
import { retryPlanOf } from "../../../../lib/core/check/retry.ts";
import { seeded } from "../../../support/random.ts";
import { simulate } from "../../../support/simulate.ts";
import { endpointWith, MINUTE, outcomeAt, play, SECOND, START } from "./play.ts";

describe("13: interval 10 s, window 120 s, an outage of 3 min", () => {
  const endpoint = endpointWith({}, 10 * SECOND);
  const plan = retryPlanOf(endpoint);
  const outageAt = START + 10 * MINUTE;

  it.each(["tick", "failures"] as const)(
    "is down within 40 s of its first failing check (judged on %s)",
    (evaluator) => {
      for (const how of ["fast", "timeout"] as const) {
        for (let seed = 1; seed <= 200; seed++) {
          const random = seeded(seed);
          const start = outageAt + random() * MINUTE;
          const { messages, firstFailingCheckAfter } = simulate({
            policy: policyOf(endpoint, ["paris"]),
            plan,
            start: START,
            lengthMs: 16 * MINUTE,
            random,
            missing: 0,
            jitterMs: 2 * SECOND,
            postMs: 2 * SECOND,
            tryAt: (at) => (at >= start && at < start + 3 * MINUTE ? how : "ok"),
            evaluator,
          });
          const down = messages.find(({ kind }) => kind === "down");
          expect(
            (down?.at ?? Number.POSITIVE_INFINITY) - (firstFailingCheckAfter(start) ?? 0),
          ).toBeLessThanOrEqual(40 * SECOND);
        }
      }
    },
  );
});

describe("18: two of three fail in the same minute, their posts 20 s apart", () => {
  it("is down at the second post, not a minute later", () => {
    const policy = policyOf(endpointWith(), ["a", "b", "c"]);
    const call = (state: AlertState | null, region: string, mark: string, slot: number, afterMs: number) =>
      step(
        policy,
        state,
        { outcomes: outcomeAt(region, START + slot * MINUTE, mark), evidence: [] },
        START + slot * MINUTE + afterMs,
      ).state;
    let state: AlertState | null = null;
    for (const region of ["a", "b", "c"]) state = call(state, region, "o", 0, 5 * SECOND);
    state = call(state, "c", "o", 1, 5 * SECOND);
    state = call(state, "a", "x", 1, 10 * SECOND);
    expect(state.verdict).toBe("degraded");
    state = call(state, "b", "x", 1, 30 * SECOND);
    expect(state.verdict).toBe("down");
    expect(state.effects.filter((effect) => effect.do === "notify").map(({ kind }) => kind)).toEqual([
      "down",
    ]);
  });
});

describe("readers", () => {
  const policy = policyOf(endpointWith(), ["a", "b"]);
  const state = play({ rows: { a: "oxx", b: "oxx" } }).state;

  it("24: see unknown when every region is silent, while the state stays down", () => {
    expect(state.verdict).toBe("down");
    expect(readerVerdict(policy, state, new Map(), START + 2 * MINUTE)).toBe("down");
    expect(readerVerdict(policy, state, new Map(), START + 60 * MINUTE)).toBe("unknown");
  });

  it("see up for an endpoint that was never in trouble and has fresh ticks", () => {
    const ticks = new Map([["b", START + 59 * MINUTE]]);
    expect(readerVerdict(policy, null, ticks, START + 60 * MINUTE)).toBe("up");
    expect(readerVerdict(policy, null, new Map(), START)).toBe("unknown");
  });
});

describe("what is not one of the endpoint's outcomes", () => {
  const policy = policyOf(endpointWith({ confirm: 1 }), ["a"]);
  const judge = (outcomes: ReturnType<typeof outcomeAt>, now = START + 3 * MINUTE) =>
    step(policy, null, { outcomes, evidence: [] }, now).state;

  it("invalid ones don't exist", () => {
    const invalid = [0, 1, 2]
      .flatMap((slot) => outcomeAt("a", START + slot * MINUTE, "x"))
      .map((o) => ({ ...o, invalid: "no canary" }));
    expect(judge(invalid).regions["a"]?.outcomes).toEqual([]);
  });

  it("regions that are not configured don't count", () => {
    expect(judge([0, 1, 2].flatMap((slot) => outcomeAt("z", START + slot * MINUTE, "x"))).verdict).toBe("up");
  });

  it("a tick from the future is a mistake", () => {
    expect(judge(outcomeAt("a", START + 60 * MINUTE, "x")).regions["a"]?.outcomes).toEqual([]);
  });

  it("the tick log's word replaces a posted one, never the other way round", () => {
    const posted = {
      region: "a",
      scheduledAt: START,
      outcome: outcomeAt("a", START, "x")[0]?.outcome ?? "ok",
      totalMs: 1,
      posted: true,
    };
    const logged = { region: "a", scheduledAt: START, outcome: "ok" as const, totalMs: 1 };
    const first = judge([posted]);
    expect(first.regions["a"]?.outcomes[0]?.outcome).not.toBe("ok");
    const second = step(policy, first, { outcomes: [logged], evidence: [] }, START + 3 * MINUTE).state;
    expect(second.regions["a"]?.outcomes).toEqual([logged]);
    const third = step(policy, second, { outcomes: [posted], evidence: [] }, START + 3 * MINUTE).state;
    expect(third.regions["a"]?.outcomes).toEqual([logged]);
  });

  it("an outcome older than the window before its region's latest tick is history", () => {
    const state = judge(
      [...outcomeAt("a", START + 20 * MINUTE, "o"), ...outcomeAt("a", START, "x")],
      START + 21 * MINUTE,
    );
    expect(state.regions["a"]?.outcomes).toHaveLength(1);
  });
});

describe("a region that is no longer configured", () => {
  it("does not keep the endpoint from being up", () => {
    const before = play({ rows: { a: "oxx", b: "ooo" } }).state;
    expect(before.verdict).toBe("degraded");
    const policy = policyOf(endpointWith(), ["b"]);
    const after = step(
      { ...policy, revision: before.revision },
      before,
      { outcomes: outcomeAt("b", START + 3 * MINUTE, "o"), evidence: [] },
      START + 3 * MINUTE,
    );
    expect(after.state.verdict).toBe("up");
  });
});

describe("an edit seen by the rule itself", () => {
  it("closes the incident, cancels its messages and starts afresh", () => {
    const before = play({ rows: { a: "oxx" } }).state;
    expect(before.incident).not.toBeNull();
    const policy = policyOf({ ...endpointWith(), url: "https://other.test/" }, ["a"]);
    const { state } = step(
      policy,
      before,
      { outcomes: outcomeAt("a", START + 3 * MINUTE, "x"), evidence: [] },
      START + 3 * MINUTE,
    );
    expect(state.verdict).toBe("up");
    expect(state.effects.map((effect) => effect.do)).toEqual(["record"]);
    expect(state.regions["a"]?.outcomes.map(({ scheduledAt }) => scheduledAt)).toEqual([START + 3 * MINUTE]);
  });
});

describe("reminders", () => {
  it("repeat while down, and only when somebody votes", () => {
    const alert = { confirm: 1, reminderEveryMs: 5 * MINUTE };
    const played = play({ rows: { a: `o${"x".repeat(12)}` }, alert, idleAfterMs: 30 * MINUTE });
    expect(played.said.map(({ kind, at }) => `${kind}@${at}`)).toEqual([
      "down@1",
      "reminder@6",
      "reminder@11",
    ]);
    expect(played.said[1]?.title).toContain("is still down");
  });
});
