import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHost } from "../../../../lib/probe/lookup/host.ts";

describe("parseHost", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1", 4],
    ["2130706433", "127.0.0.1", 4],
    ["0x7f000001", "127.0.0.1", 4],
    ["0x7F.1", "127.0.0.1", 4],
    ["017700000001", "127.0.0.1", 4],
    ["0177.0.0.01", "127.0.0.1", 4],
    ["127.1", "127.0.0.1", 4],
    ["１２７.0.0.1", "127.0.0.1", 4],
    ["127。0。0。1", "127.0.0.1", 4],
    ["127.0.0.1.", "127.0.0.1", 4],
    ["%31%32%37.1", "127.0.0.1", 4],
    ["::1", "::1", 6],
    ["[::1]", "::1", 6],
    ["[0:0:0:0:0:0:0:1]", "::1", 6],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1", 6],
    ["[::FFFF:7F00:0001]", "::ffff:7f00:1", 6],
  ])("%s is the address %s", (host, address, family) => {
    expect(parseHost(host)).toEqual({ kind: "address", address: { address, family } });
  });

  it.each([
    ["Example.COM", "example.com"],
    ["example.com.", "example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["_sip.example", "_sip.example"],
    ["localhost", "localhost"],
    ["%6c%6fcalhost", "localhost"],
  ])("%s is the name %s", (host, name) => {
    expect(parseHost(host)).toEqual({ kind: "name", name });
  });

  it.each([
    "",
    ".",
    "256.1.1.1",
    "1.2.3.4.5",
    "0x1ffffffff",
    "[::1",
    "::1]",
    "[fe80::1%25eth0]",
    "example.com:80",
    "[::1]:80",
    "user@example.com",
    "example.com/path",
    "example.com?x",
    "example.com#x",
    "exam\tple.com",
    "exa mple.com",
    "a\\b",
  ])("%j is no host", (host) => {
    expect(parseHost(host)).toEqual({ kind: "invalid" });
  });

  it("reads every spelling of an IPv4 number as the same address", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), (number) => {
        const dotted = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
        for (const spelling of [String(number), `0x${number.toString(16)}`, `0${number.toString(8)}`]) {
          expect(parseHost(spelling)).toEqual({ kind: "address", address: { address: dotted, family: 4 } });
        }
      }),
    );
  });

  it("gives the same answer for what it answered", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.ipV4Extended(), fc.ipV6()), (host) => {
        const first = parseHost(host);
        if (first.kind === "address") expect(parseHost(first.address.address)).toEqual(first);
        if (first.kind === "name") expect(parseHost(first.name)).toEqual(first);
      }),
    );
  });
});
