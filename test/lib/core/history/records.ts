import fc from "fast-check";
import type { Flag } from "../../../../lib/core/check/measurement.ts";
import { failure, failureTypes } from "../../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Midnight, UTC. */
export const DAY_START = Date.UTC(2026, 2, 10);

/** An ok answer of 100 ms, first byte after 60, unless said otherwise. */
export const aRecord = (over: Partial<CheckRecord> = {}): CheckRecord => ({
  org: "acme",
  endpointId: "shop",
  region: "local",
  scheduledAt: DAY_START,
  startedAt: over.scheduledAt ?? DAY_START,
  outcome: "ok",
  status: 200,
  dnsMs: 1,
  connectMs: 10,
  tlsMs: 20,
  firstByteMs: 60,
  transferMs: 9,
  totalMs: 100,
  bytes: 512,
  flags: [],
  ...over,
});

const flags: Flag[] = ["cold", "delayed", "retried", "slow_lane"];
const msBetween = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const outcomes = fc.oneof(
  { weight: 4, arbitrary: fc.constant("ok" as const) },
  { weight: 1, arbitrary: fc.constantFrom(...failureTypes).map((type) => failure(type, "as found")) },
);

/** Any record that a check can leave, scheduled from `since` to before `until` on whole seconds. */
export const anyRecord = (since: number, until: number): fc.Arbitrary<CheckRecord> =>
  fc
    .record({
      region: fc.constantFrom("local", "eu-west-1", "us-east-1"),
      scheduledAt: fc.integer({ min: since / 1000, max: until / 1000 - 1 }).map((s) => s * 1000),
      outcome: outcomes,
      status: fc.constantFrom(null, 200, 204, 404, 503),
      firstByteMs: fc.option(msBetween(0, 10_000)),
      totalMs: msBetween(0, 30_000),
      flags: fc.subarray(flags, { maxLength: 1 }),
      invalid: fc.constantFrom(undefined, undefined, undefined, undefined, "no_canary"),
    })
    .map(({ invalid, ...rest }) => aRecord({ ...rest, ...(invalid === undefined ? {} : { invalid }) }));

/** Records of one endpoint as a tick log holds them: one for each region and tick. */
export const anyRecords = (since: number, until: number, maxLength = 60): fc.Arbitrary<CheckRecord[]> =>
  fc.uniqueArray(anyRecord(since, until), {
    maxLength,
    selector: ({ region, scheduledAt }) => `${region} ${scheduledAt}`,
  });
