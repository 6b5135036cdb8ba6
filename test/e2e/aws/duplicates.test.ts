/** Fault 3: everything comes twice, late or in another order; two functions work on one endpoint at once. */
import { expect, test } from "vitest";
import { deadLettersOf, idsOf, incidentsOf, told } from "./support/expectations.ts";
import { type Installation, install } from "./support/installation.ts";

async function failing(): Promise<Installation> {
  const vigie = await install();
  await vigie.watch({ id: "shop", name: "Shop", retries: 0 });
  await vigie.minutes(2);
  vigie.internet.set("fails");
  return vigie;
}

/** Whatever was sent, it was about one change, and under one id. */
async function expectOneDown(vigie: Installation): Promise<void> {
  const { published } = vigie.box.sns;
  expect(new Set(told(published))).toEqual(new Set(["Website Shop is down"]));
  expect(new Set(published.flatMap(idsOf)).size).toBe(1);
  expect(await incidentsOf(vigie)).toHaveLength(1);
  expect(deadLettersOf(vigie)).toEqual([]);
}

test("ticks and posts that come twice", async () => {
  await using vigie = await failing();
  const { box } = vigie;
  box.faults.add({ service: "execute-api" }, "twice");
  await vigie.tick();
  await vigie.tickAgain();
  await vigie.settle(0, { arrange: (messages) => messages.flatMap((message) => [message, message]) });
  await vigie.minutes(2);
  await expectOneDown(vigie);
  expect(box.sns.published).toHaveLength(1);
});

test("posts that come in another order, to two failure functions at once", async () => {
  await using vigie = await failing();
  await vigie.tick();
  await vigie.settle(0, { batchSize: 1, concurrency: 6, arrange: (messages) => messages.toReversed() });
  await vigie.minutes(2);
  await expectOneDown(vigie);
});

test("posts that come minutes late", async () => {
  await using vigie = await failing();
  await vigie.tick();
  const failures = vigie.account.failures;
  const late = failures.receive(100);
  await vigie.minutes(3);
  for (const { body } of late) failures.send(body);
  await vigie.minutes(2);
  await expectOneDown(vigie);
});

test("the watchdog and two failure functions on one endpoint at once", async () => {
  await using vigie = await failing();
  await vigie.tick();
  await Promise.all([vigie.settle(0, { batchSize: 1, concurrency: 6 }), vigie.watchdog()]);
  await Promise.all([vigie.tick(), vigie.watchdog()]);
  await vigie.settle();
  await vigie.minutes(1);
  await expectOneDown(vigie);
});
