/** Fault 7: everything at once. */
import { expect, test } from "vitest";
import { deadLettersOf, failedOf, incidentsOf, told } from "./support/expectations.ts";
import { install } from "./support/installation.ts";

const COUNT = 500;
const ids = Array.from({ length: COUNT }, (_, i) => `site-${String(i).padStart(3, "0")}`);

test("500 endpoints fail in three regions: at most two messages, and again when 490 recover", async () => {
  await using vigie = await install();
  const { box, internet } = vigie;
  await vigie.watch(...ids.map((id) => ({ id, retries: 0 })));
  expect(failedOf(await vigie.minutes(2))).toEqual([]);
  internet.set("fails");
  await vigie.tick();
  expect(failedOf(await vigie.settle(35_000))).toEqual([]);
  await vigie.watchdog();
  const down = box.sns.published.length;
  expect(down).toBeGreaterThan(0);
  expect(down).toBeLessThanOrEqual(2);
  const text = box.sns.published.map(({ message }) => message).join("\n");
  expect(ids.filter((id) => !text.includes(id))).toEqual([]);
  expect(await incidentsOf(vigie)).toHaveLength(COUNT);

  internet.set("well", { sites: ids.slice(10) });
  for (let i = 0; i < 4; i++) {
    await vigie.minutes(1);
    await vigie.settle(35_000);
  }
  expect(box.sns.published.length - down).toBeGreaterThan(0);
  expect(box.sns.published.length - down).toBeLessThanOrEqual(2);
  expect(told(box.sns.published)).not.toEqual([]);
  const open = (await incidentsOf(vigie)).filter(({ endedAt }) => endedAt === null);
  expect(open.map(({ endpointId }) => endpointId).toSorted()).toEqual(ids.slice(0, 10));
  expect(deadLettersOf(vigie)).toEqual([]);
}, 300_000);
