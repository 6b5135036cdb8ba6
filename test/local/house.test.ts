import { expect, it } from "vitest";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { keepHouse } from "../../local/wiring/house.ts";
import { recordAt } from "../functions/failure/world.ts";
import { endpointWith, HOUR, START } from "../lib/core/alert/play.ts";

const DAY = 24 * HOUR;
const retention = { rawMs: 2 * DAY, hourMs: 400 * DAY, dayMs: 1_800 * DAY };

it("after days of being off, ticks become history before they are deleted", async () => {
  const stores = openSqlite(":memory:");
  await stores.endpoints.replaceAll("file", [endpointWith()]);
  const tick = START - 10 * DAY;
  await stores.ticks.append(recordAt("shop", "local", tick, "o"));
  await stores.history.markRolledUp("default", tick - 2 * HOUR);
  const stopped = new AbortController();
  const faults: unknown[] = [];
  const clock = {
    now: () => START,
    sleep: async (ms: number) => {
      if (ms >= HOUR / 6) stopped.abort(); // the pause after the first run
    },
  };
  await keepHouse({
    stores,
    clock,
    signal: stopped.signal,
    retention: () => retention,
    onFault: (error) => faults.push(error),
  });
  expect(faults).toEqual([]);
  expect(await stores.ticks.records("default", "shop", tick, tick)).toEqual([]);
  const buckets = await stores.history.list("default", "shop", "hour", tick - HOUR, tick + HOUR);
  expect(buckets.map(({ ok }) => ok)).toEqual([1]);
});
