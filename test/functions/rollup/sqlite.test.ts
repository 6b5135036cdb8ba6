import fc from "fast-check";
import { expect, it } from "vitest";
import { openSqlite, type SqliteStores } from "../../../lib/adapters/sqlite/open.ts";
import { summaryOf } from "../../../lib/core/history/stats.ts";
import { addRecord, emptyTally } from "../../../lib/core/history/tally.ts";
import { statsWindows } from "../../../lib/core/history/window.ts";
import { boundsOf } from "../../../lib/core/read/plan.ts";
import { listOverview, series, statsOf } from "../../../lib/core/read/read.ts";
import { anyRecords, DAY, DAY_START, HOUR, MINUTE } from "../../lib/core/history/records.ts";
import { anEndpoint } from "../../lib/core/read/memory.ts";
import { rollupOf } from "../../support/rollup.ts";

const NOW = DAY_START + 10 * HOUR + 25 * MINUTE;
const RETENTION = { rawMs: 2 * DAY, hourMs: 400 * DAY, dayMs: 1825 * DAY };

async function everythingShown(stores: SqliteStores): Promise<unknown[]> {
  const shown: unknown[] = [];
  for (const window of statsWindows) {
    shown.push(await statsOf(stores, "acme", "shop", window, NOW));
    shown.push(await series(stores, "acme", "shop", window, NOW));
  }
  return shown;
}

it("in SQLite: whatever is shown is the same before rolling up, after it, and after pruning the ticks", async () => {
  await fc.assert(
    fc.asyncProperty(anyRecords(NOW - 4 * DAY, NOW + MINUTE, 150), async (records) => {
      const stores = openSqlite(":memory:");
      try {
        await stores.endpoints.replaceAll("file", [anEndpoint()]);
        await stores.ticks.append(records);
        const before = await everythingShown(stores);
        const tally = emptyTally();
        const { since, until } = boundsOf("7d", NOW);
        for (const record of await stores.ticks.all("acme", since, until)) addRecord(tally, record, 500);
        expect(before).toContainEqual(expect.objectContaining(summaryOf(tally, 500)));

        const handle = rollupOf(stores, { limits: { rawMs: 5 * DAY } });
        while ((await handle({ scope: "acme", now: NOW })).more);
        expect(await everythingShown(stores)).toEqual(before);

        await stores.prune(RETENTION, NOW);
        expect(await everythingShown(stores)).toEqual(before);
        const [row] = await listOverview(stores, "acme", "30d", NOW);
        expect(row?.series).toEqual(await series(stores, "acme", "shop", "30d", NOW));
      } finally {
        stores.close();
      }
    }),
    { numRuns: 25 },
  );
});
