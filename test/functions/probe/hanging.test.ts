import { expect, test } from "vitest";
import { makeHandle as makeFailure } from "../../../functions/failure/handle.ts";
import { makeCanaryGate } from "../../../functions/probe/canary.ts";
import { makeHandle as makeProbe } from "../../../functions/probe/handle.ts";
import { makeDirectRoute } from "../../../lib/adapters/failure-route/direct.ts";
import { openSqlite } from "../../../lib/adapters/sqlite/index.ts";
import { failure } from "../../../lib/core/check/outcome.ts";
import type { Message } from "../../../lib/core/ports.ts";
import { recordAt } from "../failure/world.ts";
import { endpointOf, ManualClock, refused, scriptedChecker } from "./doubles.ts";

const TICK = Date.UTC(2026, 10, 20, 12, 1);
const MINUTE = 60_000;
const CANARY = "https://canary.example/";

/** A probe whose failures go straight to the failure function, on one store and one clock. */
async function machine() {
  const clock = new ManualClock(TICK);
  const stores = openSqlite(":memory:");
  const endpoints = ["bad", "hangs"].map((id) => endpointOf(id, { alert: { confirm: 1 } }));
  await stores.endpoints.replaceAll("file", endpoints);
  const oks = endpoints.flatMap(({ id }) => recordAt(id, "local", TICK - MINUTE, "o"));
  await stores.ticks.append(oks);
  const sent: { message: Message; at: number }[] = [];
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);
  const checker = scriptedChecker(clock, ({ id }) => {
    if (id === "hangs") return { outcome: failure("abandoned", "no answer"), takesMs: 20_000 };
    return id === "bad" ? { outcome: refused, takesMs: 300 } : { outcome: "ok", takesMs: 10 };
  });
  const judge = makeFailure({
    ...stores,
    clock,
    regions: ["local"],
    holder: "test",
    onFault,
    notifier: {
      send: async (message) => {
        sent.push({ message, at: clock.now() - TICK });
        return [{ channel: "test", ok: true, at: clock.now() }];
      },
    },
  });
  const probe = makeProbe({
    region: "local",
    clock,
    endpoints: stores.endpoints,
    ticks: stores.ticks,
    sinks: [],
    failureRoute: makeDirectRoute({ handle: judge, clock }),
    canaries: makeCanaryGate({
      urls: [CANARY],
      checker,
      clock,
      onOwnNetwork: () => undefined,
      onUselessCanaries: () => undefined,
      onFault,
    }),
    checkerForTick: () => checker,
    resolve: (endpoint) => ({ endpoint, secrets: [] }),
    troubled: async () => new Set(),
    onFault,
    writeAfterMs: [1_000],
    invocationLimitMs: 3 * MINUTE,
  });
  const [shard] = await stores.endpoints.shards();
  return { clock, stores, sent, faults, probe, shard };
}

test("25: a failure posted while another endpoint of the tick hangs for 20 s is judged and told at once", async () => {
  const { clock, stores, sent, faults, probe, shard } = await machine();
  if (shard === undefined) throw new Error("no shard");
  let ended = false;
  const tick = probe({ shard, scheduledAt: TICK }).then(() => {
    ended = true;
  });
  await clock.advance(2_000);
  expect(ended).toBe(false);
  expect(sent.map(({ message }) => message.websites)).toEqual([["https://bad.example/"]]);
  expect(sent[0]?.message.title).toMatch(/ is down\. availability=50\.0%, time=2026-11-20T12:01:00Z$/);
  expect((await stores.alerts.get("default", "bad"))?.value.verdict).toBe("down");
  expect((await stores.alerts.get("default", "bad"))?.value.incident?.firstFailure).toMatchObject({
    failure: { type: "tcp.refused", phase: "connection" },
    timings: { dnsMs: 1, connectMs: 2 },
  });
  expect(await stores.alerts.get("default", "hangs")).toBeNull();
  await clock.advance(60_000);
  await tick;
  expect((await stores.alerts.get("default", "hangs"))?.value.verdict).toBe("down");
  expect(faults).toEqual([]);
});
