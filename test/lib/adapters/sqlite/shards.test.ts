import { expect, test } from "vitest";
import { openSqlite } from "../../../../lib/adapters/sqlite/index.ts";
import { endpointSample, MINUTE } from "../../../contract/samples.ts";

test("the number of shards is a power of two, and they tick apart within the minute", async () => {
  const { endpoints, close } = openSqlite(":memory:");
  await endpoints.replaceAll(
    "file",
    Array.from({ length: 1_300 }, (_, i) => endpointSample(`site-${i}`)),
  );
  const shards = await endpoints.shards();
  expect(Math.log2(shards.length) % 1).toBe(0);
  for (const { count, offsetMs } of shards) {
    expect(count).toBeLessThanOrEqual(500);
    expect(offsetMs).toBeGreaterThanOrEqual(0);
    expect(offsetMs).toBeLessThan(MINUTE);
  }
  expect(new Set(shards.map(({ offsetMs }) => offsetMs)).size).toBe(shards.length);
  close();
});
