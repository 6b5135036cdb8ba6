import { expect, test } from "vitest";
import { makeDirectRoute } from "../../../../lib/adapters/failure-route/direct.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";

const batch = [{ org: "default", endpointId: "shop", outcomes: [] }];

/** A route to a failure function that fails so often, with waits noted instead of waited. */
function routeTo(failures: Error[]) {
  const waits: number[] = [];
  let calls = 0;
  const route = makeDirectRoute({
    clock: { now: () => 0, sleep: async (ms) => void waits.push(ms) },
    async handle(given) {
      expect(given).toBe(batch);
      const failure = failures[calls++];
      if (failure !== undefined) throw failure;
    },
  });
  return { route, waits, calls: () => calls };
}

test("the batch goes straight to the failure function", async () => {
  const { route, calls, waits } = routeTo([]);
  await route.post(batch);
  expect([calls(), waits]).toEqual([1, []]);
});

test("it is posted again while a store is away, a few times", async () => {
  const away = new Unavailable("locked");
  const { route, calls, waits } = routeTo([away, away, away]);
  await route.post(batch);
  expect([calls(), waits]).toEqual([4, [250, 1_000, 4_000]]);
  await expect(routeTo([away, away, away, away]).route.post(batch)).rejects.toBe(away);
});

test("another error is not repeated", async () => {
  const bug = new TypeError("x is undefined");
  const { route, calls } = routeTo([bug]);
  await expect(route.post(batch)).rejects.toBe(bug);
  expect(calls()).toBe(1);
});
