import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Flag } from "../../lib/core/check/measurement.ts";
import { failure, failureTypes } from "../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { Unavailable } from "../../lib/core/errors.ts";
import type { TickLog, TickPlace } from "../../lib/core/ports.ts";
import { failedRecord, MINUTE, ORG, OTHER_ORG, recordSample, T0 } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

const PLACE: TickPlace = { shard: "minutes-1", lane: "main" };

const keyOf = ({ org, endpointId, region, scheduledAt }: CheckRecord): string =>
  [org, endpointId, scheduledAt, region].join();

function firstOfEach(records: readonly CheckRecord[]): Map<string, CheckRecord> {
  const first = new Map<string, CheckRecord>();
  for (const record of records) if (!first.has(keyOf(record))) first.set(keyOf(record), record);
  return first;
}

const timing = fc.option(
  fc.integer({ min: 0, max: 60_000_000 }).map((us) => us / 1_000),
  { nil: null },
);

/** Any record of two organizations, endpoints, regions and a few ticks; timings in whole microseconds. */
const anyRecord: fc.Arbitrary<CheckRecord> = fc
  .record({
    org: fc.constantFrom(ORG, OTHER_ORG),
    endpointId: fc.constantFrom("shop", "blog"),
    region: fc.constantFrom("paris", "tokyo"),
    tick: fc.integer({ min: 0, max: 3 }),
    late: fc.integer({ min: -1_000, max: 120_000 }),
    outcome: fc.option(
      fc
        .tuple(fc.constantFrom(...failureTypes), fc.string({ maxLength: 60, unit: "grapheme" }))
        .map(([type, message]) => failure(type, message)),
      { nil: "ok" as const },
    ),
    status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: null }),
    dnsMs: timing,
    connectMs: timing,
    tlsMs: timing,
    firstByteMs: timing,
    transferMs: timing,
    totalMs: fc.integer({ min: 0, max: 100_000_000 }).map((us) => us / 1_000),
    bytes: fc.integer({ min: 0, max: 1_048_576 }),
    flags: fc.subarray<Flag>(["cold", "delayed", "retried", "slow_lane"]),
    invalid: fc.option(fc.constant("no canary answered"), { nil: null }),
  })
  .map(({ tick, late, invalid, ...rest }) => ({
    ...rest,
    scheduledAt: T0 + tick * MINUTE,
    startedAt: T0 + tick * MINUTE + late,
    ...(invalid === null ? {} : { invalid }),
  }));

/** What every TickLog does. Timings are kept to the microsecond at least; the order of flags means nothing. */
export function describeTickLogContract(name: string, make: MakeSubject<TickLog>): void {
  const next = subjects(make);
  const fresh = async (): Promise<TickLog> => (await next()).store;
  const always = [T0 - 100 * MINUTE, T0 + 100 * MINUTE] as const;

  describe(`TickLog, ${name}`, () => {
    test("an ok record is read back whole", async () => {
      const log = await fresh();
      const record = recordSample({ flags: ["cold", "slow_lane"] });
      await log.append([record], PLACE);
      expect(await log.records(ORG, "shop", ...always)).toEqual([record]);
    });

    test("a failed one too, message and all", async () => {
      const log = await fresh();
      const record = failedRecord({
        outcome: failure("tls.cert.date_invalid", "expired « hier »\n東京"),
        invalid: "no canary answered",
      });
      await log.append([record], PLACE);
      expect(await log.records(ORG, "shop", ...always)).toEqual([record]);
    });

    test("a tick that is no whole second, a start before the tick", async () => {
      const log = await fresh();
      const record = recordSample({ scheduledAt: T0 + 7_031, startedAt: T0 + 7_029 });
      await log.append([record], PLACE);
      expect(await log.records(ORG, "shop", T0 + 7_031, T0 + 7_031)).toEqual([record]);
    });

    test("for one endpoint, region and tick the first write wins", async () => {
      const log = await fresh();
      const first = recordSample({ status: 200 });
      await log.append([first], PLACE);
      await log.append([failedRecord(), recordSample({ region: "tokyo" })], PLACE);
      const found = await log.records(ORG, "shop", ...always);
      expect(found).toHaveLength(2);
      expect(found).toContainEqual(first);
    });

    test("also inside one batch", async () => {
      const log = await fresh();
      await log.append([recordSample({ status: 201 }), recordSample({ status: 202 })], PLACE);
      expect((await log.records(ORG, "shop", ...always)).map(({ status }) => status)).toEqual([201]);
    });

    test("the same batch several times at once is the same as once", async () => {
      const log = await fresh();
      const batch = [0, 1, 2].map((i) => recordSample({ scheduledAt: T0 + i * MINUTE, startedAt: T0 }));
      await Promise.all([
        log.append(batch, PLACE),
        log.append(batch, PLACE),
        log.append([...batch].reverse(), PLACE),
      ]);
      expect(await log.records(ORG, "shop", ...always)).toEqual(batch);
    });

    test("an empty batch is fine", async () => {
      const log = await fresh();
      await log.append([], PLACE);
      expect(await log.all(ORG, ...always)).toEqual([]);
    });

    test("a batch of a thousand", async () => {
      const log = await fresh();
      const batch = Array.from({ length: 1_000 }, (_, i) => recordSample({ endpointId: `site-${i}` }));
      await log.append(batch, PLACE);
      const found = await log.all(ORG, ...always);
      expect(found.map(({ endpointId }) => endpointId).sort()).toEqual(
        batch.map(({ endpointId }) => endpointId).sort(),
      );
    });

    test("both ends of a window belong to it, and records ascend", async () => {
      const log = await fresh();
      const ticks = [3, 0, 4, 1, 2].map((i) => T0 + i * MINUTE);
      await log.append(
        ticks.map((scheduledAt) => recordSample({ scheduledAt })),
        PLACE,
      );
      const times = (records: { scheduledAt: number }[]): number[] =>
        records.map(({ scheduledAt }) => (scheduledAt - T0) / MINUTE);
      expect(times(await log.records(ORG, "shop", T0 + MINUTE, T0 + 3 * MINUTE))).toEqual([1, 2, 3]);
      expect(times(await log.all(ORG, T0 + MINUTE, T0 + 3 * MINUTE)).sort()).toEqual([1, 2, 3]);
      const outcomes = await log.outcomes(ORG, ["shop"], T0 + MINUTE, T0 + 3 * MINUTE);
      expect(times(outcomes.get("shop") ?? [])).toEqual([1, 2, 3]);
      expect(await log.records(ORG, "shop", T0 + 1, T0 + MINUTE - 1)).toEqual([]);
    });

    test("outcomes are those of all regions, with the phase timings of failed ones", async () => {
      const log = await fresh();
      const failed = failedRecord({ region: "tokyo", scheduledAt: T0 + MINUTE });
      await log.append([recordSample(), failed], PLACE);
      const outcomes = await log.outcomes(ORG, ["shop", "nobody"], ...always);
      expect(outcomes.get("nobody") ?? []).toEqual([]);
      expect(outcomes.get("shop")).toEqual([
        { region: "paris", scheduledAt: T0, outcome: "ok", totalMs: 134.376 },
        {
          region: "tokyo",
          scheduledAt: T0 + MINUTE,
          outcome: failed.outcome,
          totalMs: 3.25,
          timings: { dnsMs: 1.25, connectMs: null, tlsMs: null, firstByteMs: null, transferMs: null },
        },
      ]);
    });

    test("an invalid outcome says that it is", async () => {
      const log = await fresh();
      await log.append([failedRecord({ invalid: "no canary answered" })], PLACE);
      const [outcome] = (await log.outcomes(ORG, ["shop"], ...always)).get("shop") ?? [];
      expect(outcome?.invalid).toBe("no canary answered");
    });

    test("organizations don't see each other", async () => {
      const log = await fresh();
      await log.append(
        [recordSample({ org: OTHER_ORG }), recordSample({ org: OTHER_ORG, endpointId: "x" })],
        PLACE,
      );
      expect(await log.records(ORG, "shop", ...always)).toEqual([]);
      expect(await log.all(ORG, ...always)).toEqual([]);
      expect((await log.outcomes(ORG, ["shop", "x"], ...always)).get("shop") ?? []).toEqual([]);
    });

    test("whatever is appended in whatever batches: the first of each key is there, nothing else", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(anyRecord, { maxLength: 8 }), { maxLength: 4 }),
          async (batches) => {
            const { store: log, close } = await make();
            try {
              for (const batch of batches) await log.append(batch, PLACE);
              for (const org of [ORG, OTHER_ORG]) {
                const found = await log.all(org, ...always);
                const expected = [...firstOfEach(batches.flat()).values()].filter(
                  (record) => record.org === org,
                );
                expect(found).toHaveLength(expected.length);
                expect(firstOfEach(found)).toEqual(firstOfEach(expected));
              }
            } finally {
              await close();
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    test("out of reach it is Unavailable, and repeating the batch later loses and doubles nothing", async ({
      skip,
    }) => {
      const { store: log, putOutOfReach } = await next();
      if (typeof putOutOfReach === "string") return skip(putOutOfReach);
      const batch = [0, 1].map((i) => recordSample({ scheduledAt: T0 + i * MINUTE }));
      await log.append(batch.slice(0, 1), PLACE);
      const back = await putOutOfReach();
      await expect(log.append(batch, PLACE)).rejects.toBeInstanceOf(Unavailable);
      await back();
      await log.append(batch, PLACE);
      expect(await log.records(ORG, "shop", ...always)).toEqual(batch);
    });
  });
}
