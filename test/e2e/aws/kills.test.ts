/** Fault 2: every function of the alert path is killed at each of its calls. */
import { expect, test } from "vitest";
import { throughForward, throughProbes, throughSlowLane, withoutProbes } from "./support/courses.ts";
import { deadLettersOf, lostEventsOf } from "./support/expectations.ts";
import { type FunctionName, type Installation, install } from "./support/installation.ts";
import { type Course, disturbancesOf, outage } from "./support/outage.ts";

async function killEverywhere(vigie: Installation, course: Course, name: FunctionName): Promise<void> {
  const disturbances = disturbancesOf(await outage(vigie, course, "undisturbed"), name);
  expect(disturbances.length).toBeGreaterThan(0);
  for (const [i, disturbance] of disturbances.entries()) await outage(vigie, course, `k${i}`, disturbance);
  expect(deadLettersOf(vigie)).toEqual([]);
  // a queue delivers again; what nobody does, operators are told
  expect(lostEventsOf(vigie).length > 0).toBe(name !== "failure" && name !== "forward");
}

test.each<FunctionName>(["failure", "watchdog"])(
  "%s",
  async (name) => {
    await using vigie = await install();
    await killEverywhere(vigie, withoutProbes(vigie), name);
  },
  600_000,
);

test.each<FunctionName>(["dispatch", "probe"])(
  "%s",
  async (name) => {
    await using vigie = await install();
    await killEverywhere(vigie, throughProbes(vigie), name);
  },
  600_000,
);

test("probe-slow", async () => {
  await using vigie = await install();
  await killEverywhere(vigie, throughSlowLane(vigie), "probe-slow");
}, 600_000);

test("forward", async () => {
  await using vigie = await install();
  await killEverywhere(vigie, throughForward(vigie), "forward");
}, 600_000);
