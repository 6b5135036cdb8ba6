import { afterEach, describe, expect, test } from "vitest";
import type { Rejected } from "../../lib/adapters/metrics/rejected.ts";
import { Unavailable } from "../../lib/core/errors.ts";
import type { MetricsSink } from "../../lib/core/ports.ts";
import type { Mood } from "../support/moody-server.ts";
import { failedRecord, MINUTE, recordSample, T0 } from "./samples.ts";

/** A sink and the database behind it, fresh and empty. */
export interface SinkSubject {
  sink: MetricsSink;
  /** What is stored: how long each check took, ms, by `endpoint region time`. */
  stored(): Map<string, number>;
  /** What the sink told of as refused. */
  rejected: Rejected[];
  /** From now on the database is so. */
  mood(mood: Mood): void;
  /** From now on it refuses this endpoint's points. */
  refuse(endpointId: string): void;
  requests(): number;
  close(): Promise<void>;
}

const keyOf = ({ endpointId, region, scheduledAt }: ReturnType<typeof recordSample>): string =>
  `${endpointId} ${region} ${scheduledAt}`;

const manyRecords = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    recordSample({ endpointId: `site-${i}`, totalMs: i + 0.25, region: i % 3 === 0 ? "tokyo" : "paris" }),
  );

const allOf = (records: readonly ReturnType<typeof recordSample>[]) =>
  new Map(records.map((record) => [keyOf(record), record.totalMs]));

/** What every MetricsSink does: a write that fails may be repeated, and what can't be written stops nothing else. */
export function describeMetricsSinkContract(name: string, make: () => Promise<SinkSubject>): void {
  const open: SinkSubject[] = [];
  afterEach(async () => {
    for (const subject of open.splice(0)) await subject.close();
  });
  const fresh = async (): Promise<SinkSubject> => {
    const subject = await make();
    open.push(subject);
    return subject;
  };

  describe(`MetricsSink, ${name}`, () => {
    test("ok, failed and invalid records are written", async () => {
      const { sink, stored, rejected } = await fresh();
      const records = [
        recordSample(),
        failedRecord({ endpointId: "blog" }),
        failedRecord({ region: "tokyo", invalid: "no canary answered" }),
        recordSample({ scheduledAt: T0 + MINUTE, flags: ["cold", "slow_lane"] }),
      ];
      await sink.write(records);
      expect(stored()).toEqual(allOf(records));
      expect(rejected).toEqual([]);
    });

    test("an empty batch is fine, and asks nobody", async () => {
      const { sink, requests } = await fresh();
      await sink.write([]);
      expect(requests()).toBe(0);
    });

    test("a batch of a thousand, in several regions and organizations", async () => {
      const { sink, stored } = await fresh();
      const records = manyRecords(1_000).map((record, i) => (i % 2 ? record : { ...record, org: "globex" }));
      await sink.write(records);
      expect(stored()).toEqual(allOf(records));
    });

    test("writing again changes nothing", async () => {
      const { sink, stored, rejected } = await fresh();
      const records = manyRecords(120);
      await sink.write(records);
      await sink.write(records);
      await Promise.all([sink.write(records.slice(0, 50)), sink.write(records.slice(30))]);
      expect(stored()).toEqual(allOf(records));
      expect(rejected).toEqual([]);
    });

    test("a record twice in one batch is one", async () => {
      const { sink, stored, rejected } = await fresh();
      await sink.write([recordSample(), recordSample()]);
      expect(stored()).toEqual(allOf([recordSample()]));
      expect(rejected).toEqual([]);
    });

    const moods: readonly Mood[] = ["unavailable", "throttled", "reset", "stored-then-reset", "silent"];
    test.each(moods)("when it is %s a write throws Unavailable, and may be repeated", async (mood) => {
      const subject = await fresh();
      const records = manyRecords(130);
      subject.mood(mood);
      await expect(subject.sink.write(records)).rejects.toBeInstanceOf(Unavailable);
      subject.mood("well");
      await subject.sink.write(records);
      expect(subject.stored()).toEqual(allOf(records));
      expect(subject.rejected).toEqual([]);
    });

    test("what is refused is told with its reason, once; the rest is written", async () => {
      const { sink, stored, rejected, refuse } = await fresh();
      const records = manyRecords(250);
      for (const bad of [0, 7, 8, 249]) refuse(`site-${bad}`);
      await sink.write(records);
      const badOnes = rejected.map(({ record }) => record.endpointId);
      expect(badOnes.sort()).toEqual(["site-0", "site-249", "site-7", "site-8"]);
      expect(rejected.every(({ reason }) => reason.length > 3)).toBe(true);
      expect(stored()).toEqual(allOf(records.filter(({ endpointId }) => !badOnes.includes(endpointId))));
    });

    test("a batch that is refused whole is told whole, and is no reason to repeat it", async () => {
      const { sink, stored, rejected, refuse } = await fresh();
      for (const bad of [0, 1, 2]) refuse(`site-${bad}`);
      await sink.write(manyRecords(3));
      expect(rejected).toHaveLength(3);
      expect(stored().size).toBe(0);
    });
  });
}
