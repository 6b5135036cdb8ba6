import { describe, expect, it } from "vitest";
import { failure } from "../../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import { summaryOf } from "../../../../lib/core/history/stats.ts";
import { addRecord, emptyTally, hasTimings, statusOf } from "../../../../lib/core/history/tally.ts";
import { aRecord } from "./records.ts";

const TARGET = 500;

const summary = (...records: readonly CheckRecord[]) => {
  const tally = emptyTally();
  for (const record of records) addRecord(tally, record, TARGET);
  return summaryOf(tally, TARGET);
};

const timedOut = aRecord({
  outcome: failure("abandoned", "no answer within 10 s"),
  status: null,
  firstByteMs: null,
  totalMs: 10_000,
});

describe("what a record counts as", () => {
  it("of nothing: no availability, no times, no score", () => {
    expect(summary()).toEqual({
      availability: null,
      ok: 0,
      failed: 0,
      invalid: 0,
      byStatus: {},
      response: { count: 0, avgMs: null, maxMs: null, p50Ms: null, p95Ms: null, p99Ms: null },
      firstByte: { count: 0, avgMs: null, maxMs: null, p50Ms: null, p95Ms: null, p99Ms: null },
      apdex: { score: null, rating: "NoSample", smallGroup: false, samples: 0, targetMs: TARGET },
    });
  });

  it("an ok answer: availability, status, times, a satisfied sample", () => {
    expect(summary(aRecord({ totalMs: 100.004, firstByteMs: 60 }))).toMatchObject({
      availability: 1,
      ok: 1,
      byStatus: { "200": 1 },
      response: { count: 1, avgMs: 100, maxMs: 100, p50Ms: expect.closeTo(100, 0) },
      firstByte: { count: 1, avgMs: 60, maxMs: 60 },
      apdex: { score: 1, samples: 1 },
    });
  });

  it("our own fault counts as that and nothing else", () => {
    const seen = summary(aRecord(), { ...timedOut, invalid: "no_canary" });
    expect(seen).toMatchObject({ availability: 1, ok: 1, failed: 0, invalid: 1, byStatus: { "200": 1 } });
    expect(seen.apdex.samples).toBe(1);
  });

  it("a flagged answer counts, its times don't", () => {
    const seen = summary(aRecord(), aRecord({ totalMs: 9000, flags: ["delayed"] }));
    expect(seen).toMatchObject({ availability: 1, ok: 2, response: { count: 1, maxMs: 100 } });
    expect(seen.apdex).toMatchObject({ samples: 1, score: 1 });
  });

  it("a failure is frustrated whatever its time and flags", () => {
    const refused = aRecord({ outcome: failure("tcp.refused", "refused"), status: null, totalMs: 2 });
    const seen = summary(aRecord(), refused, { ...refused, flags: ["retried"] });
    expect(seen.apdex).toMatchObject({ samples: 3, score: 0.33 });
    expect(seen.availability).toBeCloseTo(1 / 3);
  });

  it("a time-out has no response time: the average stays that of answers", () => {
    expect(summary(aRecord(), timedOut).response).toMatchObject({ count: 1, avgMs: 100, maxMs: 100 });
  });

  it("an error page and a broken promise have one", () => {
    const error = aRecord({ outcome: failure("http.error", "503"), status: 503, totalMs: 300 });
    const broken = aRecord({ outcome: failure("expect.body", "no `ok` in the body"), totalMs: 200 });
    expect(summary(error, broken)).toMatchObject({
      availability: 0,
      byStatus: { "200": 1, "503": 1 },
      response: { count: 2, avgMs: 250, maxMs: 300 },
    });
  });

  it("an answer cut off, a flagged one, and a certificate refused before any answer have none", () => {
    const cut = aRecord({ outcome: failure("http.response.invalid", "cut off") });
    const certificate = aRecord({ outcome: failure("expect.certificate", "3 days left"), status: null });
    expect([cut, certificate, aRecord({ flags: ["cold"] })].map(hasTimings)).toEqual([false, false, false]);
  });

  it("a TCP check that is ok has a response time but no first byte", () => {
    const seen = summary(aRecord({ status: null, firstByteMs: null, totalMs: 12 }));
    expect(seen).toMatchObject({ byStatus: { ok: 1 }, response: { count: 1 }, firstByte: { count: 0 } });
  });

  it("without a status it counts under the family of its failure", () => {
    expect(
      statusOf(aRecord({ status: null, outcome: failure("dns.name_not_resolved", "no such name") })),
    ).toBe("dns");
    expect(statusOf(timedOut)).toBe("other");
  });

  it("no percentile passes the maximum", () => {
    expect(summary(aRecord({ totalMs: 101.234 })).response).toMatchObject({
      maxMs: 101.23,
      p99Ms: expect.any(Number),
    });
    const { p50Ms, p99Ms, maxMs } = summary(aRecord({ totalMs: 101.234 })).response;
    expect(Math.max(p50Ms ?? 0, p99Ms ?? 0)).toBeLessThanOrEqual(maxMs ?? 0);
  });
});
