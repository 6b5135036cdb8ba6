/** Fault 5: the home region is away for ten minutes. */
import { expect, test } from "vitest";
import type { Fault } from "../../aws-box/faults.ts";
import { deadLettersOf, told } from "./support/expectations.ts";
import { type Installation, install, MINUTE, ORG } from "./support/installation.ts";

const FAR = ["us-east-1", "ap-southeast-2"];

/** Nothing of home answers, to anybody; functions there don't run. */
function takeHomeAway({ box }: Installation): Fault[] {
  return FAR.map((from) => box.faults.add({ from, region: box.homeRegion }, "reset-before"));
}

async function withoutHome(vigie: Installation, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await vigie.tick(FAR);
    await vigie.settle();
  }
}

test("probes go on with what they hold, and what they found is brought home", async () => {
  await using vigie = await install();
  const { box, internet, stores } = vigie;
  await vigie.watch({ id: "shop", name: "Shop", retries: 0 });
  await vigie.minutes(3);
  const gone = box.clock.now();
  const away = takeHomeAway(vigie);
  await withoutHome(vigie, 4);
  internet.set("fails");
  await withoutHome(vigie, 2);
  internet.set("well");
  await withoutHome(vigie, 4);
  expect(box.sns.published).toEqual([]);

  for (const fault of away) fault.end();
  await vigie.minutes(1);
  await vigie.settle(3 * MINUTE);
  await vigie.minutes(2);
  expect(told(box.sns.published)).toEqual([]);
  const records = await stores.ticks.records(ORG, "shop", gone, gone + 10 * MINUTE);
  expect(records.filter(({ region }) => FAR.includes(region))).toHaveLength(2 * 10);
  expect(deadLettersOf(vigie)).toEqual([]);
});

test("an outage that lasts is told as soon as home is back", async () => {
  await using vigie = await install();
  const { box, internet } = vigie;
  await vigie.watch({ id: "shop", name: "Shop", retries: 0 });
  await vigie.minutes(3);
  const away = takeHomeAway(vigie);
  await withoutHome(vigie, 2);
  internet.set("fails");
  await withoutHome(vigie, 8);
  for (const fault of away) fault.end();
  await vigie.minutes(1);
  expect(told(box.sns.published)).toEqual(["Website Shop is down"]);
  await vigie.settle(3 * MINUTE);
  await vigie.minutes(2);
  expect(told(box.sns.published)).toEqual(["Website Shop is down"]);
});
