import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayRetry, retryPlanOf, unreachableRetry } from "../../../../lib/core/check/retry.ts";
import { parseEndpoint } from "../../../../lib/core/endpoint/schema.ts";

const planOf = (written: object) =>
  retryPlanOf(parseEndpoint({ url: "https://example.com", ...written }, { org: "o" }));

describe("retryPlanOf", () => {
  it.each([
    [
      "three after 1, 2 and 4 s",
      {},
      { retries: 3, waitsMs: [1_000, 2_000, 4_000], budgetMs: 45_000, timeoutMs: 10_000 },
    ],
    [
      "one after 1 s under a minute",
      { interval: "30s" },
      { retries: 1, waitsMs: [1_000], budgetMs: 30_000, timeoutMs: 4_000 },
    ],
    ["the interval is the budget of the shortest", { interval: "10s" }, { budgetMs: 10_000 }],
    [
      "the owner's own timeout stands",
      { interval: "20s", timeout: "8s" },
      { timeoutMs: 8_000, budgetMs: 20_000 },
    ],
    ["fewer", { retries: 1 }, { retries: 1, waitsMs: [1_000, 2_000, 4_000] }],
    ["none", { retries: 0 }, { retries: 0 }],
    ["as many as there are waits", { retryWaits: ["3s", "3s"] }, { retries: 2, waitsMs: [3_000, 3_000] }],
  ])("%s", (_what, written, plan) => expect(planOf(written)).toMatchObject(plan));
});

describe("mayRetry", () => {
  const plan = planOf({});

  it("allows each retry once", () => {
    expect([1, 2, 3, 4].map((tries) => mayRetry(plan, tries, 0, 0))).toEqual([true, true, true, false]);
  });

  it("repeats a try that timed out once only", () => {
    expect([0, 1, 2].map((timeouts) => mayRetry(plan, 1, timeouts, 0))).toEqual([true, true, false]);
  });

  it("starts none that could end after the budget", () => {
    expect([35_000, 35_001].map((spent) => mayRetry(plan, 1, 0, spent))).toEqual([true, false]);
  });
});

describe("unreachableRetry", () => {
  it("is none for the defaults, at every interval", () => {
    for (const interval of ["10s", "15s", "20s", "30s", "1m", "24h"])
      expect(unreachableRetry(planOf({ interval }))).toBeNull();
  });

  it("is the first that the budget leaves no time for", () => {
    expect(unreachableRetry(planOf({ timeout: "40s" }))).toBe(3);
    expect(unreachableRetry(planOf({ timeout: "45s" }))).toBe(1);
  });

  it("counts the last wait for every retry beyond", () => {
    const plan = { retries: 10, waitsMs: [1_000, 5_000], budgetMs: 45_000, timeoutMs: 5_000 };
    expect(unreachableRetry(plan)).toBe(9); // 1 + 8 x 5 + 5 > 45
    expect(unreachableRetry({ ...plan, waitsMs: [] })).toBeNull();
  });

  it("agrees with mayRetry", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 45_000 }),
        (waitsMs, timeoutMs) => {
          const plan = { retries: waitsMs.length, waitsMs, budgetMs: 45_000, timeoutMs };
          const spent = waitsMs.map((_, i) => waitsMs.slice(0, i + 1).reduce((a, b) => a + b, 0));
          const refused = spent.findIndex((spentMs, i) => !mayRetry(plan, i + 1, 0, spentMs));
          expect(unreachableRetry(plan)).toBe(refused === -1 ? null : refused + 1);
        },
      ),
    );
  });
});
