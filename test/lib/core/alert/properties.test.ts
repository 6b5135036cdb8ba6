import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Policy, policyOf } from "../../../../lib/core/alert/policy.ts";
import type { AlertState, RegionOutcome } from "../../../../lib/core/alert/state.ts";
import { step } from "../../../../lib/core/alert/step.ts";
import type { AlertSettings } from "../../../../lib/core/endpoint/endpoint.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "./play.ts";

const regionNames = ["a", "b", "c"];
const mark = fc.constantFrom("o", "o", "x", ".");
const outcome = fc
  .record({
    region: fc.constantFrom(...regionNames),
    slot: fc.integer({ min: 0, max: 14 }),
    mark: fc.constantFrom("o", "x"),
    posted: fc.boolean(),
    invalid: fc.option(fc.constant("no canary answered"), { nil: undefined, freq: 8 }),
  })
  .map(({ region, slot, mark, posted, invalid }): RegionOutcome[] =>
    outcomeAt(region, START + slot * MINUTE, mark).map((made) => ({
      ...made,
      ...(posted && { posted }),
      ...(invalid !== undefined && { invalid }),
    })),
  );
const outcomes = fc.array(outcome, { maxLength: 40 }).map((list) => list.flat());
const settings: fc.Arbitrary<AlertSettings> = fc.record({
  confirm: fc.integer({ min: 1, max: 2 }),
  windowMs: fc.constantFrom(2 * MINUTE, 5 * MINUTE, 10 * MINUTE),
  threshold: fc.constantFrom(0.5, 0.8, 0.9),
  reminderEveryMs: fc.constantFrom(0, 10 * MINUTE),
  flapping: fc.constantFrom("off" as const, { changes: 4, withinMs: 60 * MINUTE, quietMs: 30 * MINUTE }),
});
const policies = fc
  .tuple(settings, fc.integer({ min: 1, max: 3 }))
  .map(([alert, regions]) => policyOf(endpointWith(alert), regionNames.slice(0, regions)));

const call = (policy: Policy, state: AlertState | null, list: readonly RegionOutcome[], now: number) =>
  step(policy, state, { outcomes: list, evidence: [] }, now);

describe("one call", () => {
  it("does not depend on order or duplicates", () => {
    fc.assert(
      fc.property(
        policies,
        outcomes,
        outcomes,
        fc.infiniteStream(fc.nat()),
        (policy, earlier, list, order) => {
          const before = call(policy, null, earlier, START + 5 * MINUTE).state;
          const now = START + 15 * MINUTE;
          const shuffled = [...list, ...list]
            .map((value): [number, RegionOutcome] => [order.next().value ?? 0, value])
            .sort(([a], [b]) => a - b)
            .map(([, value]) => value);
          expect(call(policy, before, shuffled, now)).toEqual(call(policy, before, list, now));
        },
      ),
    );
  });

  it("delivered again changes nothing", () => {
    fc.assert(
      fc.property(policies, fc.array(outcomes, { minLength: 1, maxLength: 5 }), (policy, calls) => {
        let state: AlertState | null = null;
        for (const [index, list] of calls.entries()) {
          const now = START + (14 + index) * MINUTE;
          const once: AlertState = call(policy, state, list, now).state;
          const again = call(policy, once, list, now);
          expect(again.state).toEqual(once);
          expect(again.effects).toEqual([]);
          state = once;
        }
      }),
    );
  });
});

interface Told {
  id: string;
  kind: string;
}

/** Plays rows of marks; `every`: judged at each outcome, else on failures and once a minute while troubled. */
function run(policy: Policy, rows: readonly string[][], evaluator: "every" | "failures") {
  let state: AlertState | null = null;
  const log: RegionOutcome[] = [];
  const told: Told[] = [];
  const judge = (list: readonly RegionOutcome[], now: number) => {
    const answer = call(policy, state, list, now);
    state = answer.state;
    for (const effect of answer.effects) if (effect.do === "notify") told.push(effect);
  };
  const slots = Math.max(...rows.map((row) => row.length));
  for (let slot = 0; slot < slots; slot++) {
    for (const [index, region] of policy.regions.entries()) {
      const made = outcomeAt(region, START + slot * MINUTE, rows[index]?.[slot] ?? ".");
      log.push(...made);
      const now = START + slot * MINUTE + (index + 1) * 7 * SECOND;
      if (evaluator === "every") judge(made, now);
      else if (made.some((one) => one.outcome !== "ok")) judge(recent(log, now), now);
    }
    const now = START + slot * MINUTE + 40 * SECOND;
    if (evaluator === "every") judge([], now);
    else if (state !== null) judge(recent(log, now), now);
  }
  return { state: state as AlertState | null, told };
}

const recent = (log: readonly RegionOutcome[], now: number) =>
  log.filter(({ scheduledAt }) => scheduledAt > now - 30 * MINUTE);

const rowsOf = (slots: number) =>
  fc.array(fc.array(mark, { minLength: slots, maxLength: slots }), { minLength: 3, maxLength: 3 });

const lasting = (rows: readonly string[][], what: string, slots: number): string[][] =>
  rows.map((row) => [...row, ...Array.from({ length: slots }, () => what)]);

describe("two evaluators", () => {
  it("reach the same verdict on a lasting failure and on a lasting recovery", () => {
    fc.assert(
      fc.property(policies, rowsOf(12), (policy, rows) => {
        const failing = lasting(rows, "x", 15);
        const recovered = lasting(failing, "o", 25);
        for (const evaluator of ["every", "failures"] as const) {
          expect(run(policy, failing, evaluator).state?.verdict).toBe("down");
          expect(run(policy, recovered, evaluator).state?.verdict).toBe("up");
        }
      }),
      { numRuns: 60 },
    );
  });
});

const opposites: Record<string, readonly string[]> = {
  down: ["up", "partial", "degraded", "flapping", "settled"],
  up: ["down", "degraded", "partial", "flapping", "settled"],
};

describe("messages", () => {
  it("come once for each change, whatever happens", () => {
    fc.assert(
      fc.property(policies, rowsOf(60), fc.constantFrom("every", "failures"), (policy, rows, evaluator) => {
        const { told } = run(policy, rows, evaluator as "every" | "failures"); // the two constants above
        expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
        for (const [index, { kind }] of told.entries()) {
          const before = told.slice(0, index).findLast((one) => one.kind !== "reminder")?.kind;
          if (before === undefined) expect(["down", "degraded", "flapping"]).toContain(kind);
          else if (kind in opposites) expect(opposites[kind]).toContain(before);
        }
      }),
      { numRuns: 100 },
    );
  });
});
