import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sign, verify } from "../../../../lib/adapters/webhook/signature.ts";

const NOW = 1_700_000_000_123;
const secret = "s3cret";
const body = '{"schema":1}';
const header = sign(secret, body, NOW);

describe("the signature of a webhook", () => {
  it("is the HMAC-SHA256 of time, dot and body, as documented", () => {
    const hex = createHmac("sha256", secret).update(`1700000000.${body}`).digest("hex");
    expect(header).toBe(`t=1700000000,v1=${hex}`);
  });

  it("holds for the body it was made for, while it is fresh", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.nat({ max: 290_000 }), (key, text, age) =>
        verify({ secret: key, header: sign(key, text, NOW), body: text, now: NOW + age }),
      ),
    );
  });

  it.each([
    ["another body", { body: `${body} ` }],
    ["another secret", { secret: "other" }],
    ["another time", { header: header.replace("t=1700000000", "t=1700000001") }],
    ["an old one", { now: NOW + 301_000 }],
    ["one from the future", { now: NOW - 301_000 }],
    ["no signature", { header: "" }],
    ["a short one", { header: "t=1700000000,v1=abcd" }],
    ["one with more to it", { header: `${header},v1=00` }],
  ])("fails for %s", (_, change) => {
    expect(verify({ secret, header, body, now: NOW })).toBe(true);
    expect(verify({ secret, header, body, now: NOW, ...change })).toBe(false);
  });
});
