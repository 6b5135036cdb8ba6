import { expect, test } from "vitest";
import { makeAlerts } from "../../../../lib/adapters/dynamodb/alerts.ts";
import { allOf, openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import type { NotifyEffect } from "../../../../lib/core/alert/effect.ts";
import { ORG, stateSample, T0 } from "../../../contract/samples.ts";
import { type Intercept, startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";
import { troubledIn } from "../../../support/troubled.ts";

const local = await startLocalDynamo();

async function world(intercept?: Intercept) {
  const { alerts } = await local.freshTables();
  const table = openTable({ client: local.client(intercept), clock: recordingClock(T0) }, alerts);
  return { table, store: makeAlerts(table) };
}

const notify: NotifyEffect = {
  do: "notify",
  id: "i1/down",
  kind: "down",
  incidentId: "i1",
  at: T0,
  website: "Shop",
  title: "Website Shop is down.",
  body: "",
  claim: null,
};

/** The SDK lost the first answer, and its second try finds the condition unmet. */
const answerLost: Intercept = async ({ name, send }) => {
  if (name !== "UpdateItemCommand") return send();
  await send();
  return send().catch((error: unknown) => {
    throw Object.assign(error as Error, { $metadata: { httpStatusCode: 400, attempts: 2 } });
  });
};

test("a healthy endpoint is in no index; a shard that was named once is kept through good times", async () => {
  const { table, store } = await world();
  const down = stateSample("a", { verdict: "down" });
  await store.putMany([{ state: stateSample("a"), expected: null, shard: "minutes-7" }]);
  expect(await troubledIn(store)).toEqual([]);
  expect(await store.unsent(ORG, 10)).toEqual([]);
  await store.putMany([{ state: down, expected: 1 }]);
  const [item] = await allOf(table, { partition: ["pk", `A#${ORG}/a`] });
  expect(item?.["at"]?.S).toBe(`minutes-7#${ORG}/a`);
  await store.putMany([{ state: stateSample("a"), expected: 2 }]);
  await store.putMany([{ state: down, expected: 3, shard: "minutes-8" }]);
  const [moved] = await allOf(table, { partition: ["pk", `A#${ORG}/a`] });
  expect(moved?.["at"]?.S).toBe(`minutes-8#${ORG}/a`);
  expect(await troubledIn(store)).toEqual([{ org: ORG, endpointId: "a" }]);
});

test("endpoints of a shard stand side by side, in one page", async () => {
  const { store } = await world();
  const writes = Array.from({ length: 60 }, (_, i) => ({
    state: stateSample(`site-${i}`, { verdict: "down" }),
    expected: null,
    shard: `minutes-${i % 3}`,
  }));
  await store.putMany(writes);
  const shardOf = new Map(writes.map(({ state, shard }) => [state.endpointId, shard]));
  const runs: string[] = [];
  for await (const page of store.troubled())
    for (const { endpointId } of page) {
      const shard = shardOf.get(endpointId) ?? "";
      if (runs.at(-1) !== shard) runs.push(shard);
    }
  expect(runs.toSorted()).toEqual(["minutes-0", "minutes-1", "minutes-2"]);
});

test("a write whose answer was lost is no conflict; a gate opened without an answer is open", async () => {
  const { store } = await world(answerLost);
  expect(await store.putMany([{ state: stateSample("a"), expected: null }])).toEqual({ conflicts: [] });
  expect(await store.putMany([{ state: stateSample("a"), expected: null }])).toEqual({ conflicts: ["a"] });
  expect(await store.openGate(ORG, "down", T0, T0 + 30_000)).toBe(true);
});

test("unsent are found however many there are, and only as many as asked", async () => {
  const { store } = await world();
  await store.putMany(
    Array.from({ length: 130 }, (_, i) => ({
      state: stateSample(`site-${i}`, { effects: [notify] }),
      expected: null,
    })),
  );
  expect(await store.unsent(ORG, 1_000)).toHaveLength(130);
  expect(await store.unsent(ORG, 7)).toHaveLength(7);
});
