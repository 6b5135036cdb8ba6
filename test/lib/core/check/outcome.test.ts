import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cut,
  type FailureFamily,
  failure,
  failureTypes,
  familyOf,
  isFailureType,
  type Phase,
  phaseOf,
  type Step,
  timeoutTypeOf,
  typeOfReport,
} from "../../../../lib/core/check/outcome.ts";
import { failureOf } from "../../../../lib/core/check/record.ts";

const families: FailureFamily[] = ["dns", "tcp", "tls", "http", "expect", "egress", "other"];
const phases: Phase[] = ["dns", "connection", "application"];

/** What W3C Network Error Logging lists (section 6), with the types that Chromium adds. */
const nelTypes = [
  ...["dns.unreachable", "dns.name_not_resolved", "dns.failed", "dns.address_changed"],
  ...["dns.timed_out", "dns.protocol", "dns.server"],
  ...["tcp.timed_out", "tcp.closed", "tcp.reset", "tcp.refused", "tcp.aborted"],
  ...["tcp.address_invalid", "tcp.address_unreachable", "tcp.failed"],
  ...["tls.version_or_cipher_mismatch", "tls.bad_client_auth_cert", "tls.unrecognized_name_alert"],
  ...["tls.protocol.error", "tls.failed"],
  ...["tls.cert.name_invalid", "tls.cert.date_invalid", "tls.cert.authority_invalid", "tls.cert.invalid"],
  ...["tls.cert.revoked", "tls.cert.pinned_key_not_in_cert_chain"],
  ...["http.error", "http.protocol.error", "http.failed", "http.response.invalid"],
  ...["http.response.invalid.empty", "http.response.invalid.content_length_mismatch"],
  ...["http.response.invalid.incomplete_chunked_encoding", "http.response.invalid.invalid_chunked_encoding"],
  ...["http.response.redirect_loop", "http.response.headers.truncated", "http.request.range_not_satisfiable"],
  ...["h2.ping_failed", "h2.protocol.error", "h3.protocol.error", "abandoned", "unknown"],
];
const ownTypes = [
  ...["expect.status", "expect.body", "expect.header", "expect.latency", "expect.certificate"],
  "egress.blocked",
];

describe("the vocabulary", () => {
  it("is the browsers' types and our own, no others", () => {
    expect([...failureTypes].sort()).toEqual([...nelTypes, ...ownTypes].sort());
  });

  it.each(failureTypes)("%s has a family and a phase", (type) => {
    expect(families).toContain(familyOf(type));
    expect(phases).toContain(phaseOf(type));
  });

  it.each([
    ["dns.name_not_resolved", "dns", "dns"],
    ["tcp.refused", "tcp", "connection"],
    ["tls.cert.date_invalid", "tls", "connection"],
    ["http.error", "http", "application"],
    ["h2.protocol.error", "http", "application"],
    ["abandoned", "other", "application"],
    ["expect.certificate", "expect", "connection"],
    ["expect.body", "expect", "application"],
    ["egress.blocked", "egress", "connection"],
  ] as const)("%s is of family %s, in phase %s", (type, family, phase) => {
    expect([familyOf(type), phaseOf(type)]).toEqual([family, phase]);
  });

  it("knows its own names only", () => {
    expect(isFailureType("tcp.refused")).toBe(true);
    expect(["ok", "tcp", "toString", "__proto__", ""].some(isFailureType)).toBe(false);
  });

  it.each([
    ["dns", "dns.timed_out"],
    ["connect", "tcp.timed_out"],
    ["tls", "tcp.timed_out"],
    ["firstByte", "abandoned"],
    ["transfer", "abandoned"],
  ] as [Step, string][])("a time-out in step %s is %s", (step, type) =>
    expect(timeoutTypeOf(step)).toBe(type),
  );
});

describe("failure", () => {
  it("has its type's phase and a message of one line", () => {
    expect(failure("tcp.refused", "  refused\r\n\tby\u0000 127.0.0.1:80 ")).toEqual({
      phase: "connection",
      type: "tcp.refused",
      message: "refused by 127.0.0.1:80",
    });
  });

  it("cuts the message to 200 characters", () => {
    expect(failure("unknown", "x".repeat(200)).message).toBe("x".repeat(200));
    expect(failure("unknown", "x".repeat(201)).message).toBe(`${"x".repeat(199)}…`);
  });

  it("never cuts through a character", () => {
    expect(cut("ab😀cd", 4)).toBe("ab…");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const shown = cut(text, limit);
        expect(shown.length).toBeLessThanOrEqual(limit);
        expect(shown.isWellFormed()).toBe(true);
      }),
    );
  });

  it("is what a record holds, or nothing", () => {
    const failed = failure("tcp.reset", "reset");
    expect(failureOf({ outcome: failed })).toBe(failed);
    expect(failureOf({ outcome: "ok" })).toBeNull();
  });
});

describe("typeOfReport", () => {
  it.each([
    ["ok", "ok"],
    ["tcp.refused", "tcp.refused"],
    ["http.response.invalid.new_kind", "http.response.invalid"],
    ["http.response.invalid.empty.more", "http.response.invalid.empty"],
    ["tls.cert.name_invalid.x", "tls.cert.name_invalid"],
    ["tls.cert.new_kind", "other"],
    ["tcp", "other"],
    ["tcp.refusedx", "other"],
    ["", "other"],
    ["unknown", "unknown"],
    ["expect.status", "other"],
    ["egress.blocked", "other"],
    ["toString", "other"],
    ["a.".repeat(10_000), "other"],
  ])("reads %s as %s", (reported, type) => expect(typeOfReport(reported)).toBe(type));
});
