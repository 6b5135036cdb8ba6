import { describe, expect, test } from "vitest";
import { bodyOf } from "../../../../lib/adapters/dynamodb/alert-item.ts";
import { policyOf } from "../../../../lib/core/alert/policy.ts";
import type { AlertState, RegionOutcome } from "../../../../lib/core/alert/state.ts";
import { step } from "../../../../lib/core/alert/step.ts";
import { failure } from "../../../../lib/core/check/outcome.ts";
import { bareEndpoint } from "../../../../lib/core/endpoint/bare.ts";
import { HOUR, MINUTE, SECOND, T0 } from "../../../contract/samples.ts";
import { seeded } from "../../../support/random.ts";

const LIMIT = 400_000;
const random = seeded(20_261_120);

/** Two bytes of chance each, three in UTF-8: nothing packs worse. */
const noise = (length: number): string =>
  String.fromCharCode(...Array.from({ length }, () => 0x4e00 + Math.floor(random() * 0x5000)));

const real = () => Math.round(random() * 9_999_999) / 1_000;

type Target = (tick: number) => Pick<RegionOutcome, "outcome">;

const failing: Target = () => ({ outcome: failure("abandoned", `no answer within ${real()} ms`) });
const hostile: Target = () => ({ outcome: failure("expect.body", noise(200)) });
/** Down for ten minutes, up for ten: every change is told, nothing of it can be sent. */
const unsteady: Target = (tick) => (tick % 120 < 60 ? hostile(tick) : { outcome: "ok" });

const timingsOf = () => ({
  dnsMs: real(),
  connectMs: real(),
  tlsMs: real(),
  firstByteMs: real(),
  transferMs: null,
});

/** Ticks at a time. */
const JUDGED = 30;

/** The state after so many hours of an endpoint of 10 s with a window of an hour, with nobody to carry effects out. */
function stateAfter(hours: number, regions: number, target: Target, windowMs = HOUR): AlertState {
  const names = Array.from({ length: regions }, (_, i) => `region-north-${i}`);
  const endpoint = bareEndpoint("shop", "https://shop.example/", {
    name: noise(100),
    intervalMs: 10 * SECOND,
    alert: { windowMs, reminderEveryMs: 10 * MINUTE, flapping: "off" },
  });
  const policy = policyOf(endpoint, names);
  let state: AlertState | null = null;
  const ticks = (hours * HOUR) / (10 * SECOND);
  for (let tick = 0; tick < ticks; tick += JUDGED) {
    const some = Array.from({ length: JUDGED }, (_, i) => tick + i);
    const outcomes = some.flatMap((one) =>
      names.map((region): RegionOutcome => {
        const found = target(one);
        const timings = found.outcome === "ok" ? {} : { timings: timingsOf() };
        return {
          region,
          scheduledAt: T0 + one * 10 * SECOND,
          totalMs: real(),
          posted: true,
          ...found,
          ...timings,
        };
      }),
    );
    state = step(
      policy,
      state,
      { outcomes, evidence: [] },
      T0 + (tick + JUDGED - 1) * 10 * SECOND + 2 * SECOND,
    ).state;
  }
  if (state === null) throw new Error("no tick");
  return state;
}

describe("an alert state fits into an item", () => {
  test.each([
    ["five regions, down for hours", 2, 5, failing, HOUR, 100_000],
    ["twenty regions, down for hours, with whatever text in the errors", 2, 20, hostile, HOUR, LIMIT],
    ["twenty regions that come and go with nobody told", 12, 20, unsteady, 5 * MINUTE, LIMIT],
  ] as const)("%s", (_, hours, regions, target, windowMs, limit) => {
    const state = stateAfter(hours, regions, target, windowMs);
    expect(state.verdict === "up" || state.effects.length > 0).toBe(true);
    expect(bodyOf(state).length).toBeLessThan(limit);
  });
});
