import { expect, test } from "vitest";
import { listOverview, listStats } from "../../../../lib/core/read/read.ts";
import { aRecord, DAY_START, MINUTE } from "../history/records.ts";
import { anEndpoint, memoryPorts } from "./memory.ts";

test("a list of many endpoints is counted with pauses, which change no number", async () => {
  const ids = Array.from({ length: 100 }, (_, i) => `e${String(i).padStart(3, "0")}`);
  const records = ids.flatMap((endpointId) =>
    Array.from({ length: 60 }, (_, i) => aRecord({ endpointId, scheduledAt: DAY_START + i * MINUTE })),
  );
  const ports = memoryPorts(
    ids.map((id) => anEndpoint({ id })),
    records,
  );
  let pauses = 0;
  const pausing = {
    ...ports,
    async pause() {
      pauses += 1;
    },
  };
  const now = DAY_START + 59 * MINUTE;
  expect(await listOverview(pausing, "acme", "1h", now)).toEqual(
    await listOverview(ports, "acme", "1h", now),
  );
  expect(pauses).toBe(5); // four of the endpoints, one of the 6,000 records
  expect(await listStats(pausing, "acme", "1h", now)).toEqual(await listStats(ports, "acme", "1h", now));
});
