/** Fault 2: services that throttle, fail or can't be reached for minutes, while a website goes down. */
import { expect, test } from "vitest";
import type { Mishap } from "../../aws-box/faults.ts";
import type { Where } from "../../aws-box/log.ts";
import { deadLettersOf, idsOf, incidentsOf, told } from "./support/expectations.ts";
import { install, MINUTE, ORG } from "./support/installation.ts";

interface Outage {
  name: string;
  where: Where;
  mishap: Mishap;
  /** Told while the fault lasts; otherwise as soon as it ends. */
  atOnce: boolean;
  /** How long it lasts; 3 by default. */
  minutes?: number;
}

const outages: Outage[] = [
  {
    name: "writes of ticks are throttled",
    where: { service: "dynamodb", action: "PutItem", resource: "table/vigie-ticks" },
    mishap: "throttled",
    atOnce: true,
  },
  {
    name: "the list of endpoints can't be read",
    where: { function: "vigie-probe", service: "dynamodb", resource: "table/vigie-config" },
    mishap: "broken",
    atOnce: true,
  },
  {
    name: "the directory of shards can't be read",
    where: { function: "vigie-dispatch", service: "dynamodb" },
    mishap: "reset-before",
    atOnce: true,
  },
  { name: "API Gateway answers 503", where: { service: "execute-api" }, mishap: "broken", atOnce: false },
  {
    name: "API Gateway can't be reached",
    where: { service: "execute-api" },
    mishap: "reset-before",
    atOnce: false,
  },
  { name: "API Gateway stalls", where: { service: "execute-api" }, mishap: "stalled", atOnce: false },
  {
    name: "API Gateway takes every post and its answers get lost",
    where: { service: "execute-api" },
    mishap: "reset-after",
    atOnce: true,
  },
  { name: "SNS is throttled", where: { service: "sns" }, mishap: "throttled", atOnce: false, minutes: 5 },
  {
    name: "alert states can't be written",
    where: { service: "dynamodb", action: "UpdateItem", resource: "table/vigie-alerts" },
    mishap: "throttled",
    atOnce: false,
  },
  {
    name: "batches half-fail",
    where: { service: "dynamodb", action: "BatchGetItem" },
    mishap: "half",
    atOnce: true,
  },
];

test.each(outages)(
  "$name: nothing is lost, and nothing is told as two things",
  async ({ where, mishap, atOnce, minutes = 3 }) => {
    await using vigie = await install();
    const { box, internet, stores } = vigie;
    await vigie.watch({ id: "shop", name: "Shop", retries: 0 }, { id: "blog", retries: 0 });
    await vigie.minutes(3);
    const began = box.clock.now();
    const fault = box.faults.add(where, mishap);
    internet.set("fails", { sites: ["shop"] });
    await vigie.minutes(1);
    expect(new Set(told(box.sns.published))).toEqual(new Set(atOnce ? ["Website Shop is down"] : []));
    await vigie.minutes(minutes - 1);
    expect(fault.hits).toBeGreaterThan(0);
    fault.end();
    await vigie.settle(3 * MINUTE);
    await vigie.minutes(2);

    const { published } = box.sns;
    expect(new Set(told(published))).toEqual(new Set(["Website Shop is down"]));
    expect(new Set(published.flatMap(idsOf)).size).toBe(1);
    expect(await incidentsOf(vigie)).toMatchObject([{ endpointId: "shop", verdict: "down", endedAt: null }]);
    const { length } = await stores.ticks.records(ORG, "blog", began, began + minutes * MINUTE);
    expect(length).toBe(minutes * 3);
    expect(deadLettersOf(vigie)).toEqual([]);
  },
);
