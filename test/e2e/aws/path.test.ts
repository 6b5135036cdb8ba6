/** The whole path by itself: configuration, dispatch, probe, API Gateway, queue, failure, SNS. */
import { expect, test } from "vitest";
import { deadLettersOf, failedOf, told } from "./support/expectations.ts";
import { install } from "./support/installation.ts";

test("a website fails everywhere and recovers: one message each", async () => {
  await using vigie = await install();
  const { box, internet } = vigie;
  await vigie.watch({ id: "shop", name: "Shop", retries: 0 });
  expect(failedOf(await vigie.minutes(2))).toEqual([]);
  expect(box.sns.published).toEqual([]);

  internet.set("fails");
  expect(failedOf(await vigie.minutes(1))).toEqual([]);
  expect(told(box.sns.published)).toEqual(["Website Shop is down"]);

  internet.set("well");
  await vigie.minutes(3);
  expect(told(box.sns.published)).toEqual(["Website Shop is down", "Website Shop is up"]);
  expect(deadLettersOf(vigie)).toEqual([]);
});
