import { expect, test } from "vitest";
import { makeTroubled } from "../../../functions/probe/troubled.ts";
import { policyOf } from "../../../lib/core/alert/policy.ts";
import type { AlertState, RegionOutcome } from "../../../lib/core/alert/state.ts";
import { initialState } from "../../../lib/core/alert/step.ts";
import type { Outcome } from "../../../lib/core/check/outcome.ts";
import { endpointOf, refused } from "./doubles.ts";

const T0 = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
const endpoint = endpointOf("shop", { intervalMs: 60 * MINUTE });

const outcomeOf = (outcome: Outcome, scheduledAt: number, region = "local"): RegionOutcome => ({
  region,
  scheduledAt,
  outcome,
  totalMs: 5,
});

const stateWith = (outcomes: RegionOutcome[], changes: Partial<AlertState> = {}): AlertState => ({
  ...initialState(policyOf(endpoint, ["local"])),
  regions: {
    local: { failing: false, since: 0, outcomes, lastVoteAt: null, votingSince: null, asideSince: null },
  },
  ...changes,
});

/** Whether the endpoint is hurried at T0, given its alert state and what the log holds. */
async function hurried(state: AlertState | null, logged: RegionOutcome[] = []): Promise<boolean> {
  const troubled = makeTroubled({
    alerts: { getMany: async () => new Map(state === null ? [] : [["shop", { value: state, version: 1 }]]) },
    ticks: {
      outcomes: async (_org, _ids, since, until) =>
        new Map([["shop", logged.filter((one) => one.scheduledAt >= since && one.scheduledAt <= until)]]),
    },
  });
  return (await troubled([endpoint], T0)).has(endpoint);
}

const failed = outcomeOf(refused, T0 - 5 * MINUTE);

test("an endpoint never judged, or whose latest outcome is ok, is not hurried", async () => {
  expect(await hurried(null)).toBe(false);
  expect(await hurried(stateWith([failed, outcomeOf("ok", T0 - MINUTE)]))).toBe(false);
});

test("one that is not up is hurried", async () => {
  expect(await hurried(stateWith([outcomeOf("ok", T0 - MINUTE)], { verdict: "down" }))).toBe(true);
});

test("one that is up and failed last is hurried until a success follows in the log", async () => {
  expect(await hurried(stateWith([failed]), [failed])).toBe(true);
  expect(await hurried(stateWith([failed]), [failed, outcomeOf("ok", T0 - MINUTE)])).toBe(false);
});

test("another region's success, and one that doesn't count, change nothing", async () => {
  const elsewhere = outcomeOf("ok", T0 - MINUTE, "eu-central-1");
  const doubtful = { ...outcomeOf("ok", T0 - MINUTE), invalid: "our own network" };
  expect(await hurried(stateWith([failed]), [failed, elsewhere, doubtful])).toBe(true);
});
