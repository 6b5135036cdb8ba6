import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slugOf } from "../../../../lib/core/endpoint/slug.ts";

const url = "https://example.com";

describe("slugOf", () => {
  it.each([
    ["My Shop", "my-shop"],
    ["Café São Paulo", "cafe-sao-paulo"],
    ["  API (v2.1) ", "api-v2.1"],
    ["...", "endpoint-17p5ae2"],
    ["東京 Shop", "shop-vzq9vk"],
    ["大阪 Shop", "shop-srxia8"],
    ["x".repeat(64), "x".repeat(64)],
  ])("makes an id of the name %s", (name, id) => expect(slugOf(name, url)).toBe(id));

  it.each([
    ["https://example.com", "example.com"],
    ["https://example.com/", "example.com"],
    ["https://Example.com:8443/Health/Live", "example.com-8443-health-live"],
    ["http://example.com", "http-example.com"],
    ["tcp://db.example.com:5432", "tcp-db.example.com-5432"],
    ["https://[2001:db8::1]/", "2001-db8-1"],
  ])("makes an id of the URL %s", (text, id) => expect(slugOf(undefined, text)).toBe(id));

  it("keeps the query out and tells queries apart", () => {
    const [a, b] = ["a=hunter2", "a=hunter3"].map((query) =>
      slugOf(undefined, `https://example.com/x?${query}`),
    );
    expect(a).toMatch(/^example\.com-x-[a-z0-9]+$/);
    expect(a).not.toContain("hunter");
    expect(a).not.toBe(b);
  });

  it("gives a valid id for anything, the same every time", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), fc.webUrl(), (name, text) => {
        for (const id of [slugOf(name, text), slugOf(undefined, text)])
          expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
        expect(slugOf(name, text)).toBe(slugOf(name, text));
      }),
      { numRuns: 1_000 },
    );
  });

  it("shortens what is too long, and tells the long apart", () => {
    const ids = ["a", "b"].map((end) => slugOf("long name ".repeat(10) + end, url));
    expect(ids[0]).toMatch(/^long-name-long-name-[a-z0-9-]+$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
