import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readForward, writeTicks } from "../../../../lib/adapters/sqs/forward-message.ts";
import { writeFailures } from "../../../../lib/core/alert/post.ts";
import type { Flag, PhaseTimings } from "../../../../lib/core/check/measurement.ts";
import { failure, failureTypes } from "../../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import type { TickPlace } from "../../../../lib/core/ports.ts";
import { recordSample } from "../../../contract/samples.ts";
import { postOf } from "../failure-route/posts.ts";

const place: TickPlace = { shard: "m0", lane: "main" };

const recordsIn = (texts: readonly string[]): CheckRecord[] =>
  texts.map(readForward).flatMap((message) => (message.type === "ticks" ? message.records : []));

test("failures are read as they were posted", () => {
  const posts = [postOf("a"), { ...postOf("b"), outcomes: [] }];
  expect(readForward(writeFailures(posts))).toEqual({ type: "failures", posts });
});

test("a tick comes back with its place", () => {
  const records = [recordSample(), recordSample({ invalid: "our own network" })];
  const [text = ""] = writeTicks(records, { shard: "r2", lane: "slow" });
  expect(readForward(text)).toEqual({ type: "ticks", place: { shard: "r2", lane: "slow" }, records });
});

const phase = fc.option(fc.double({ min: 0, max: 60_000, noNaN: true }).map(Math.abs));

const phases: fc.Arbitrary<PhaseTimings> = fc.record({
  dnsMs: phase,
  connectMs: phase,
  tlsMs: phase,
  firstByteMs: phase,
  transferMs: phase,
});

const anyRecord: fc.Arbitrary<CheckRecord> = fc
  .tuple(
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
    fc.oneof(
      fc.constant("ok" as const),
      fc.tuple(fc.constantFrom(...failureTypes), fc.string({ unit: "binary" })),
    ),
    phases,
    fc.uniqueArray(fc.constantFrom<Flag>("cold", "delayed", "retried", "slow_lane")),
  )
  .map(([endpointId, outcome, timings, flags]) =>
    recordSample({
      endpointId,
      outcome: outcome === "ok" ? outcome : failure(outcome[0], outcome[1].toWellFormed()),
      ...timings,
      flags,
    }),
  );

test("whatever records there are, each is written once, in messages that fit", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 60 }), (records) => {
      const texts = writeTicks(records, place, 1_500);
      expect(recordsIn(texts)).toEqual(records);
      for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_500);
    }),
  );
});

test("a whole shard with long errors is one message or a few", () => {
  const records = Array.from({ length: 500 }, (_, i) =>
    recordSample({ endpointId: `e${i}`, outcome: failure("http.failed", `${i} `.repeat(100)) }),
  );
  const texts = writeTicks(records, place);
  expect(texts.length).toBeLessThanOrEqual(2);
  expect(recordsIn(texts)).toEqual(records);
});

const ticks = (changes: object): string =>
  JSON.stringify({ v: 1, type: "ticks", place, records: gzipSync("[]").toString("base64"), ...changes });

const packed = (value: unknown): string => gzipSync(JSON.stringify(value)).toString("base64");

test.each<[string, string]>([
  ["no JSON", "{"],
  ["JSON of something else", "[]"],
  ["another version", ticks({ v: 2 })],
  ["an unknown type", ticks({ type: "tocks" })],
  ["a key that nobody knows", ticks({ extra: 1 })],
  ["an unknown lane", ticks({ place: { shard: "m0", lane: "fast" } })],
  ["records that are no base64", ticks({ records: "*" })],
  ["records that are not compressed", ticks({ records: "AAAA" })],
  ["a record with a key that nobody knows", ticks({ records: packed([{ ...recordSample(), extra: 1 }]) })],
  ["a bomb", ticks({ records: gzipSync(Buffer.alloc(30_000_000)).toString("base64") })],
  ["failures of another version", writeFailures([]).replace('"v":1', '"v":2')],
  ["a failure that nobody knows", writeFailures([postOf("a")]).replace("tcp.refused", "tcp.eaten")],
])("%s is no message", (_, text) => {
  expect(() => readForward(text)).toThrow(expect.objectContaining({ code: "bad_message" }));
});
