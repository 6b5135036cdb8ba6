/** Fault 6: one region is silent. */
import { expect, test } from "vitest";
import { incidentsOf, told } from "./support/expectations.ts";
import { install } from "./support/installation.ts";

test("a region that stops changes no verdict, neither of what is up nor of what is down", async () => {
  await using vigie = await install();
  const { box, internet } = vigie;
  await vigie.watch({ id: "shop", name: "Shop", retries: 0 }, { id: "blog", name: "Blog", retries: 0 });
  const rest = ["eu-central-1", "us-east-1"];
  const minutes = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await vigie.tick(rest);
      await vigie.settle();
      await vigie.watchdog();
    }
  };
  await vigie.minutes(2);
  internet.set("fails", { sites: ["blog"] });
  await vigie.minutes(1);
  await minutes(12);
  expect(told(box.sns.published)).toEqual(["Website Blog is down"]);
  expect(await incidentsOf(vigie)).toMatchObject([{ endpointId: "blog", endedAt: null, verdict: "down" }]);
  internet.set("well");
  await minutes(3);
  // the silent region still counts as failing: two of three recovered
  expect(await incidentsOf(vigie)).toMatchObject([{ endpointId: "blog", verdict: "degraded" }]);
});
