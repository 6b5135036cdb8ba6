import { describe, expect, test } from "vitest";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { ShardTicks, TickLog, TickPlace } from "../../lib/core/ports.ts";
import { failedRecord, HOUR, MINUTE, OTHER_ORG, recordSample, T0 } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

const main: TickPlace = { shard: "minutes-1", lane: "main" };
const PARIS = { shard: "minutes-1", region: "paris" };

const sorted = (records: readonly CheckRecord[]): CheckRecord[] =>
  records.toSorted((a, b) => a.scheduledAt - b.scheduledAt || (a.endpointId < b.endpointId ? -1 : 1));

/** What every tick log does that is kept by shard and region. */
export function describeShardTicksContract(name: string, make: MakeSubject<TickLog & ShardTicks>): void {
  const next = subjects(make);
  const fresh = async (): Promise<TickLog & ShardTicks> => (await next()).store;

  describe(`ShardTicks, ${name}`, () => {
    test("all that was appended there, of every organization and lane; nothing of other shards and regions", async () => {
      const ticks = await fresh();
      const mine = [
        recordSample(),
        recordSample({ org: OTHER_ORG, totalMs: 7 }),
        failedRecord({ endpointId: "blog" }),
      ];
      const slow = recordSample({ endpointId: "slow", flags: ["slow_lane"] });
      await ticks.append(mine, main);
      await ticks.append([slow], { ...main, lane: "slow" });
      await ticks.append([recordSample({ region: "tokyo" })], main);
      await ticks.append([recordSample({ endpointId: "else" })], { ...main, shard: "minutes-2" });
      const found = await ticks.ofShard(PARIS, T0, T0);
      expect(found).toHaveLength(4);
      expect(found).toEqual(expect.arrayContaining([...mine, slow]));
    });

    test("both bounds belong to it, and a bound inside a minute cuts there", async () => {
      const ticks = await fresh();
      const at = [0, 10_000, MINUTE, HOUR].map((after) => recordSample({ scheduledAt: T0 + after }));
      for (const record of at) await ticks.append([record], main);
      expect(sorted(await ticks.ofShard(PARIS, T0, T0 + HOUR))).toEqual(at);
      expect(sorted(await ticks.ofShard(PARIS, T0 + 1, T0 + HOUR - 1))).toEqual(at.slice(1, 3));
      expect(await ticks.ofShard(PARIS, T0 - HOUR, T0 - 1)).toEqual([]);
    });

    test("an hour of many endpoints, whatever the pages", async () => {
      const ticks = await fresh();
      for (let minute = 0; minute < 60; minute++)
        await ticks.append(
          Array.from({ length: 50 }, (_, i) =>
            failedRecord({ endpointId: `site-${i}`, scheduledAt: T0 + minute * MINUTE }),
          ),
          main,
        );
      expect(await ticks.ofShard(PARIS, T0, T0 + HOUR - 1)).toHaveLength(3_000);
    });
  });
}
