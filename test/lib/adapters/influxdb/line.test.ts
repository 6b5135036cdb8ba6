import fc from "fast-check";
import { expect, test } from "vitest";
import { lineOf } from "../../../../lib/adapters/influxdb/line.ts";
import { pointOf } from "../../../../lib/adapters/metrics/point.ts";
import { failure } from "../../../../lib/core/check/outcome.ts";
import { failedRecord, recordSample, T0 } from "../../../contract/samples.ts";
import { parseLine } from "../../../support/line-protocol.ts";

const written = (...record: Parameters<typeof recordSample>) => lineOf(pointOf(recordSample(...record)));

test("an ok check is one line", () => {
  expect(written()).toBe(
    "vigie_check,endpoint=shop,org=acme,region=paris ok=1i,status=200i,bytes=15234i,total_ms=134.376," +
      "dns_ms=1.25,connect_ms=10.5,tls_ms=21.125,first_byte_ms=101.001,transfer_ms=0.5,late_ms=137," +
      `flagged=false,outcome="ok" ${T0}`,
  );
});

test("a failed one says why, and has no figures for what was not reached", () => {
  const line = lineOf(pointOf(failedRecord({ flags: ["retried", "cold"] })));
  expect(parseLine(line).fields).toEqual({
    ok: 0,
    bytes: 0,
    total_ms: 3.25,
    dns_ms: 1.25,
    late_ms: 137,
    flagged: true,
    outcome: "tcp.refused",
    message: "connection refused by 192.0.2.1:443",
    flags: "cold retried",
  });
});

test("what our own fault made worthless counts in no mean of `ok`", () => {
  const { fields } = parseLine(lineOf(pointOf(failedRecord({ invalid: "no canary answered" }))));
  expect(fields).toMatchObject({ invalid: "no canary answered", outcome: "tcp.refused" });
  expect(fields).not.toHaveProperty("ok");
});

test("figures are to the microsecond, and what is no number is left out", () => {
  const { fields } = parseLine(written({ totalMs: 0.1 + 0.2, dnsMs: Number.NaN }));
  expect(fields["total_ms"]).toBe(0.3);
  expect(fields).not.toHaveProperty("dns_ms");
});

const anyText = fc.string({ minLength: 1, maxLength: 40, unit: "binary" });
const nasty = fc
  .array(fc.constantFrom("\\", '"', ",", "=", " ", "\n", "\r", "\0", "#", "'", "é", "😀", "a", "\ud800"), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join(""));
const cleaned = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, " ");

test("whatever ids and messages hold, it is one line that says exactly that", () => {
  fc.assert(
    fc.property(
      fc.record({ endpointId: nasty, org: anyText, region: nasty, message: fc.oneof(nasty, anyText) }),
      ({ message, ...ids }) => {
        const outcome = { ...failure("tcp.failed", ""), message };
        const line = parseLine(lineOf(pointOf(recordSample({ ...ids, outcome }))));
        const tag = (text: string): string => cleaned(text).replaceAll("\\", "/");
        expect(line.tags).toEqual({
          endpoint: tag(ids.endpointId),
          org: tag(ids.org),
          region: tag(ids.region),
        });
        expect(line.fields["message"]).toBe(cleaned(message));
        expect(line).toMatchObject({ measurement: "vigie_check", at: T0 });
      },
    ),
    { numRuns: 500 },
  );
});
