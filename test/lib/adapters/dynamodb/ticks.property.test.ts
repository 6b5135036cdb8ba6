import fc from "fast-check";
import { expect, test } from "vitest";
import type { Placement } from "../../../../lib/adapters/dynamodb/placement.ts";
import { openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../../../lib/adapters/dynamodb/ticks.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { DAY, MINUTE, ORG, recordSample, T0 } from "../../../contract/samples.ts";
import { startLocalDynamo } from "../../../support/dynamodb.ts";
import { type Fate, makeTurns } from "./turns.ts";

const local = await startLocalDynamo();

const main = { shard: "minutes-1", lane: "main" } as const;
const placement: Placement = {
  shardsOf: async (_, ids) => new Map(ids.map((id) => [id, [main.shard]])),
  shardsOfOrg: async () => [main.shard],
  regionsOf: async () => null,
};

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 12, arbitrary: fc.constant("none" as const) },
  { weight: 1, arbitrary: fc.constantFrom("crash before" as const, "crash after" as const) },
  { weight: 2, arbitrary: fc.constant("retried" as const) },
);

/** One process: batches it appends, one after another. */
const writer = fc.array(
  fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat(1)), {
    minLength: 1,
    maxLength: 5,
    selector: (key) => key.join(),
  }),
  { minLength: 1, maxLength: 3 },
);

const keyOf = ({ endpointId, scheduledAt }: CheckRecord): string => `${endpointId} ${scheduledAt}`;

test("whoever appends what at once, crashes or loses answers: what was read once stays as it was", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(writer, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fate),
      fc.infiniteStream(fc.nat(1_000)),
      async (writers, fates, picks) => {
        const { ticks } = await local.freshTables();
        const turns = makeTurns({ at: T0 }, () => fates.next().value);
        const open = (client = local.client()) =>
          makeTicks(openTable({ client, clock: { sleep: async () => undefined } }, ticks), {
            placement,
            regions: ["paris"],
            retentionMs: 2 * DAY,
          });
        const client = local.client(turns.intercept);
        const reader = open();
        const seen = new Map<string, number | null>();
        const acknowledged = new Set<string>();

        async function look(): Promise<void> {
          const found = await reader.all(ORG, T0, T0 + MINUTE);
          expect(new Set(found.map(keyOf)).size).toBe(found.length);
          const statuses = new Map(found.map((record) => [keyOf(record), record.status]));
          for (const [key, status] of seen) expect([key, statuses.get(key)]).toEqual([key, status]);
          for (const [key, status] of statuses) seen.set(key, status);
        }

        /** Each record's status tells which batch of which process it is from. */
        async function write(batches: (typeof writers)[number], process: number): Promise<void> {
          const log = open(client);
          for (const [i, batch] of batches.entries()) {
            const records = batch.map(([endpointId, minute]) =>
              recordSample({ endpointId, scheduledAt: T0 + minute * MINUTE, status: 100 + process * 10 + i }),
            );
            try {
              await log.append(records, main);
              for (const record of records) acknowledged.add(keyOf(record));
            } catch (error) {
              expect(error).toBeInstanceOf(Unavailable); // it crashed
              return;
            }
          }
        }

        await turns.run(
          writers.map((batches, process) => () => write(batches, process)),
          (count) => picks.next().value % count,
          look,
        );
        for (const key of acknowledged) expect(seen.has(key)).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);
