/** Fault 1: the sinks are away for ten minutes. */
import { expect, test } from "vitest";
import { REGIONS } from "./support/contexts.ts";
import { deadLettersOf, failedOf, told } from "./support/expectations.ts";
import { install, MINUTE } from "./support/installation.ts";

test("alerts come on time, and afterwards every measurement is there, once", async () => {
  await using vigie = await install({ context: "sinks" });
  const { box, internet } = vigie;
  await vigie.watch({ id: "shop", name: "Shop", retries: 0 }, { id: "blog", retries: 0 });
  const away = [
    box.faults.add({ service: "influxdb" }, "broken"),
    box.faults.add({ service: "timestream" }, "broken"),
  ];
  await vigie.minutes(4);
  internet.set("fails", { sites: ["shop"] });
  await vigie.minutes(1);
  expect(told(box.sns.published)).toEqual(["Website Shop is down"]);
  internet.set("well");
  await vigie.minutes(5);
  expect(told(box.sns.published)).toEqual(["Website Shop is down", "Website Shop is up"]);
  expect([box.influxdb.points, box.timestream.records]).toEqual([[], []]);

  for (const fault of away) fault.end();
  expect(failedOf(await vigie.minutes(2))).toEqual([]);
  await vigie.settle(3 * MINUTE);
  const measurements = 2 * 12 * REGIONS.length;
  expect(new Set(box.influxdb.points.map(({ at, tags }) => JSON.stringify([at, tags]))).size).toBe(
    measurements,
  );
  expect(box.influxdb.points).toHaveLength(measurements);
  expect(box.timestream.records).toHaveLength(measurements);
  expect(deadLettersOf(vigie)).toEqual([]);
});
