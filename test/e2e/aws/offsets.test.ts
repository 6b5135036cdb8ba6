/** Fault 8: regions start at different seconds of the minute. */
import { expect, test } from "vitest";
import { told } from "./support/expectations.ts";
import { install } from "./support/installation.ts";

const OFFSETS = [
  ["eu-central-1", 0],
  ["us-east-1", 7_000],
  ["ap-southeast-2", 20_000],
] as const;

test("two of three regions fail: down once, at the post that completes the quorum", async () => {
  await using vigie = await install();
  const { box, internet } = vigie;
  await vigie.watch({ id: "shop", name: "Shop", retries: 0 });
  const minute = async (): Promise<string[][]> => {
    const after: string[][] = [];
    for (const [region, offsetMs] of OFFSETS) {
      await vigie.tick([region], offsetMs);
      await vigie.settle();
      after.push(told(box.sns.published));
    }
    await vigie.watchdog();
    return after;
  };
  for (let i = 0; i < 3; i++) await minute();
  internet.set("fails", { sites: ["shop"], regions: ["us-east-1", "ap-southeast-2"] });
  expect(await minute()).toEqual([[], [], ["Website Shop is down"]]);
  for (let i = 0; i < 3; i++) await minute();
  expect(told(box.sns.published)).toEqual(["Website Shop is down"]);
});
