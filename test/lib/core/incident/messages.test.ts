import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smsOf, subjectOf } from "../../../../lib/core/incident/fit.ts";
import { digestTitle, duration, percent, titleOf } from "../../../../lib/core/incident/messages.ts";

const time = Date.parse("2026-11-20T12:00:30.500Z");

describe("the first line", () => {
  it.each([
    ["down", "Website shop is down. availability=50.0%, time=2026-11-20T12:00:30Z"],
    ["degraded", "Website shop is degraded. availability=50.0%, time=2026-11-20T12:00:30Z"],
    ["partial", "Website shop has recovered in most regions. availability=50.0%, time=2026-11-20T12:00:30Z"],
    ["reminder", "Website shop is still down. availability=50.0%, time=2026-11-20T12:00:30Z"],
    ["flapping", "Website shop is flapping. availability=50.0%, time=2026-11-20T12:00:30Z"],
    ["settled", "Website shop is degraded. availability=50.0%, time=2026-11-20T12:00:30Z"],
  ] as const)("%s", (kind, line) => {
    expect(titleOf({ website: "shop", kind, verdict: "degraded", availability: 0.5, time })).toBe(line);
  });

  it("up tells the downtime", () => {
    expect(
      titleOf({ website: "shop", kind: "up", verdict: "up", availability: 1, time, downtimeMs: 3_900_000 }),
    ).toBe("Website shop is up. availability=100.0%, time=2026-11-20T12:00:30Z, downtime=1h 5m");
  });

  it("never rounds up to 100 % what was not whole", () => {
    expect(percent(0.9999)).toBe("99.9%");
    expect(percent(1)).toBe("100.0%");
    expect(percent(0)).toBe("0.0%");
    expect(percent(2 / 3)).toBe("66.7%");
  });

  it("tells durations in their two largest units", () => {
    expect([0, 999, 40_000, 180_000, 3_600_000, 90_061_000].map(duration)).toEqual([
      "0s",
      "0s",
      "40s",
      "3m",
      "1h",
      "1d 1h",
    ]);
  });

  it("lists the first of many", () => {
    expect(digestTitle("down", ["a", "b", "c", "d", "e"])).toBe("5 websites are down: a, b, c and 2 more");
    expect(digestTitle("up", ["a", "b"])).toBe("2 websites are up: a, b");
    expect(digestTitle("settled", ["a", "b"])).toBe("2 websites have stopped flapping: a, b");
    expect(digestTitle("partial", ["a", "b"])).toBe("2 websites have recovered in most regions: a, b");
  });
});

describe("fitting it into a channel", () => {
  const long = `https://example.com/${"path/".repeat(60)}`;
  const title = titleOf({ website: long, kind: "down", verdict: "down", availability: 0.5, time });

  it("an SMS has 160 septets: the name is shortened first", () => {
    const sms = smsOf(title, long);
    expect(sms.length).toBe(160);
    expect(sms).toContain(".. is down. availability=50.0%, time=2026-11-20T12:00:30Z");
  });

  it("a subject has 99 printable ASCII characters", () => {
    expect(subjectOf(title, long)).toHaveLength(99);
    expect(subjectOf("Website Zürich\r\nBcc: x is down.", "Zürich")).toBe("Website Zurich Bcc: x is down.");
  });

  it("says ? where the alphabet has no such letter", () => {
    expect(smsOf("Website 北京 is down.", "北京")).toBe("Website ?? is down.");
    expect(smsOf("Website Zürich [é] is down.", "Zürich")).toBe("Website Zürich [é] is down.");
  });

  it("holds for any name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (website) => {
        const any = titleOf({ website, kind: "down", verdict: "down", availability: 0.5, time });
        expect(smsOf(any, website).length).toBeLessThanOrEqual(160);
        expect(subjectOf(any, website)).toMatch(/^[ -~]{1,99}$/);
      }),
    );
  });
});
