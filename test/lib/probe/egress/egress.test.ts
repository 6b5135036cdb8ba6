import { BlockList, isIPv4 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublicAddress, makeEgressGuard } from "../../../../lib/probe/egress/egress.ts";
import { specialRangeOf } from "../../../../lib/probe/egress/ranges.ts";

const remote = (address: string) => ({ address, family: isIPv4(address) ? 4 : 6 }) as const;
const guard = makeEgressGuard("public");

/** The registries once more, for another engine (net.BlockList) to judge by: an oracle for the guard's table. */
const SPECIAL_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "255.255.255.255/32",
  "168.63.129.16/32",
];
const SPECIAL_V6 = [
  "::/96",
  "::ffff:0:0:0/96",
  "64:ff9b:1::/48",
  "100::/64",
  "100:0:0:1::/64",
  "2001::/23",
  "2001:db8::/32",
  "3fff::/20",
  "4000::/3",
  "5f00::/16",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
];

const split = (range: string): [string, number] => {
  const [net = "", bits = ""] = range.split("/");
  return [net, Number(bits)];
};

function blockList(ranges: string[], type: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const range of ranges) list.addSubnet(...split(range), type);
  return list;
}
const specialV4 = blockList(SPECIAL_V4, "ipv4");
const specialV6 = blockList(SPECIAL_V6, "ipv6");

const groups = (bytes: Uint8Array): string =>
  Array.from({ length: 8 }, (_, i) =>
    ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16),
  ).join(":");
const dotted = (bytes: Uint8Array): string => Array.from(bytes).join(".");
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Bytes of `::`-compressed or dotted network addresses as used in the lists above. */
function networkBytes(net: string): number[] {
  if (isIPv4(net)) return net.split(".").map(Number);
  const [head = "", tail = ""] = net.split("::");
  const words = (part: string) =>
    part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16));
  const [left, right] = [words(head), words(tail)];
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return all.flatMap((word) => [word >> 8, word & 255]);
}

/** Random addresses inside a range. */
function inside(range: string) {
  const [net, bits] = split(range);
  const base = networkBytes(net);
  return bytes(base.length).map((random) =>
    Uint8Array.from(base, (byte, i) => {
      const fixed = Math.max(0, Math.min(8, bits - 8 * i));
      const mask = 255 >> fixed;
      return (byte & ~mask) | ((random[i] ?? 0) & mask);
    }),
  );
}

describe("special ranges", () => {
  it.each(SPECIAL_V4)("every address in %s is refused", (range) => {
    fc.assert(fc.property(inside(range).map(dotted), (address) => !isPublicAddress(address)));
  });

  it.each(SPECIAL_V6)("every address in %s is refused", (range) => {
    fc.assert(fc.property(inside(range).map(groups), (address) => !isPublicAddress(address)));
  });

  it.each(SPECIAL_V4)("IPv6 addresses that carry one of %s are refused", (range) => {
    fc.assert(
      fc.property(inside(range), bytes(10), (inner, rest) => {
        const [a = 0, b = 0, c = 0, d = 0] = inner;
        const low = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        const carried = [
          `::ffff:${low}`,
          `64:ff9b::${low}`,
          groups(Uint8Array.from([0x20, 0x02, ...inner, ...rest])),
        ];
        expect(carried.filter(isPublicAddress)).toEqual([]);
      }),
    );
  });

  it("IPv4 addresses outside of them pass, as they do inside a carrying IPv6 address", () => {
    fc.assert(
      fc.property(bytes(4), (random) => {
        const address = dotted(random);
        const special = specialV4.check(address);
        expect(isPublicAddress(address)).toBe(!special);
        expect(isPublicAddress(`::ffff:${address}`)).toBe(!special);
      }),
      { numRuns: 2000 },
    );
  });

  it("IPv6 addresses of 2000::/3 outside of them pass", () => {
    const global = bytes(16)
      .map((random) => groups(Uint8Array.from(random, (byte, i) => (i === 0 ? 0x20 | (byte & 0x1f) : byte))))
      .filter((address) => !address.startsWith("2002:"));
    fc.assert(
      fc.property(global, (address) => {
        expect(isPublicAddress(address)).toBe(!specialV6.check(address, "ipv6"));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["169.254.169.254", "cloud metadata"],
    ["::ffff:169.254.169.254", "cloud metadata"],
    ["64:ff9b::a9fe:a9fe", "cloud metadata"],
    ["fd00:ec2::254", "cloud metadata"],
    ["100.100.100.200", "cloud metadata"],
    ["127.0.0.1", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::127.0.0.1", "reserved"],
    ["::8.8.8.8", "reserved"],
    ["2002:7f00:1::", "loopback"],
    ["10.1.2.3", "private"],
    ["fd12::1", "private"],
    ["100.64.0.1", "shared (carrier NAT)"],
    ["169.254.1.1", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["0.0.0.0", "unspecified"],
    ["::", "unspecified"],
    ["224.0.0.1", "multicast"],
    ["255.255.255.255", "reserved"],
    ["2001::1", "reserved"],
    ["64:ff9b:1::1", "reserved"],
    ["203.0.113.9", "documentation"],
    ["198.19.255.255", "benchmarking"],
  ])("%s is %s", (address, kind) => {
    expect(specialRangeOf(address)).toBe(kind);
  });

  it.each([
    "8.8.8.8",
    "192.31.196.1",
    "2606:4700::1111",
    "2620:4f:8000::1",
    "2002:808:808::1",
    "64:ff9b::808:808",
  ])("%s is public", (address) => {
    expect(specialRangeOf(address)).toBeNull();
  });

  it.each([
    "",
    "example.com",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "[::1]",
    "8.8.8.8 ",
    "1.2.3.4.5",
  ])("%j is no canonical address, so it is not public", (text) => {
    expect(specialRangeOf(text)).toBe("not an address");
  });
});

describe("the guard", () => {
  it("lets public addresses pass", () => {
    expect(guard([remote("8.8.8.8"), remote("2606:4700::1111")])).toEqual({ allowed: true });
  });

  it("refuses a name with a public and a private address, in either order", () => {
    for (const addresses of [
      ["8.8.8.8", "10.0.0.1"],
      ["10.0.0.1", "8.8.8.8"],
    ]) {
      expect(guard(addresses.map(remote))).toEqual({
        allowed: false,
        failure: {
          phase: "connection",
          type: "egress.blocked",
          message: "this probe checks public addresses only; found: private, public",
        },
      });
    }
  });

  it("names the kind of range but never the address", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const decision = guard([remote(address)]);
        return decision.allowed || !decision.failure.message.includes(address);
      }),
    );
  });

  it("in mode `any` lets everything pass", () => {
    const any = makeEgressGuard("any");
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => any([remote(address)]).allowed));
  });
});
