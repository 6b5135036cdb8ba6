/** The end of an invocation's time: what ran is recorded and posted, what did not is said, nothing hangs. */
import { expect, test } from "vitest";
import type { FailurePost } from "../../../lib/core/ports.ts";
import { memorySlowLane } from "../../support/memory-slow-lane.ts";
import { endpointOf, refused } from "./doubles.ts";
import { isCanary, MINUTE, probeOf, records, T0, tickAt } from "./world.ts";

const endpoints = ["bad", "good", "hangs", "hangs-too"].map((id) => endpointOf(id));

test("failures found just before are posted, and waited for", async () => {
  const taken: FailurePost[] = [];
  const { clock, world, handle, deps } = probeOf(
    endpoints,
    (endpoint) => {
      if (endpoint.id.startsWith("hangs")) return { outcome: "ok", takesMs: 10 * MINUTE };
      return endpoint.id === "bad"
        ? { outcome: refused, publicTarget: false, takesMs: 19_900 }
        : { outcome: "ok", takesMs: isCanary(endpoint) ? 10 : 100 };
    },
    { reportMs: 12_000 },
  );
  deps.failureRoute.post = async (posts) => {
    await clock.sleep(5_000); // home is far and slow
    taken.push(...posts);
  };
  let ended = 0;
  const done = handle(tickAt(T0), { limitMs: 20_000 }).finally(() => {
    ended = clock.now() - T0;
  });
  await clock.advance(MINUTE);
  expect(await done).toEqual({ checked: 2, failed: 1, invalid: 0, unfinished: 2, missed: 0 });
  expect(ended).toBe(25_000);
  expect(taken.map(({ endpointId }) => endpointId)).toEqual(["bad"]);
  expect(records(world).map(({ endpointId }) => endpointId)).toEqual(["good", "bad"]);
  expect(world.faults).toMatchObject([
    {
      code: "tick_overran",
      message: "Time was up: 2 of 4 checks of a tick had not ended and were given up.",
    },
  ]);
});

test("a home that takes nothing does not hold the invocation beyond its time", async () => {
  const { clock, handle } = probeOf(
    endpoints,
    ({ id }) => ({
      outcome: refused,
      publicTarget: false,
      takesMs: id.startsWith("hangs") ? 10 * MINUTE : 0,
    }),
    {
      reportMs: 12_000,
      failureRoute: { post: () => new Promise(() => undefined) },
      slowLane: {
        lane: { ...memorySlowLane(), add: () => new Promise(() => undefined) },
        handOver: async () => undefined,
      },
    },
  );
  let ended = 0;
  const done = handle(tickAt(T0), { limitMs: 20_000 }).finally(() => {
    ended = clock.now() - T0;
  });
  await clock.advance(MINUTE);
  expect(await done).toMatchObject({ checked: 2, unfinished: 2 });
  expect(ended).toBe(32_000);
});
