/** Fault 4: the probe's time is over before its checks are. */
import { expect, test } from "vitest";
import { REGIONS } from "./support/contexts.ts";
import { failedOf, told } from "./support/expectations.ts";
import { install, MINUTE, ORG } from "./support/installation.ts";

test("what ran is recorded and reported, what did not is said, and the invocation ends by itself", async () => {
  // fifteen seconds of it are kept for reporting
  await using vigie = await install({ limitsMs: { probe: 20_000 } });
  const { box, internet, stores } = vigie;
  await vigie.watch(
    { id: "blog", retries: 0 },
    { id: "shop", name: "Shop", retries: 0 },
    { id: "tar-pit", retries: 0, timeout: "30s" },
  );
  await vigie.minutes(2);
  const before = box.clock.now();
  internet.set("hangs", { sites: ["tar-pit"] });
  internet.set("fails", { sites: ["shop"] });
  expect(failedOf(await vigie.minutes(1))).toEqual([]);

  const records = async (id: string) => stores.ticks.records(ORG, id, before, before + MINUTE);
  expect((await records("blog")).map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok"]);
  expect(await records("shop")).toHaveLength(3);
  expect(await records("tar-pit")).toEqual([]);
  expect(told(box.sns.published)).toEqual(["Website Shop is down"]);
  for (const region of REGIONS)
    await expect
      .poll(() => vigie.function("probe", region).output())
      .toContain("Time was up: 1 of 3 checks of a tick had not ended");
});
