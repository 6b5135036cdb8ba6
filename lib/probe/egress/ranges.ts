import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** Why an address is not one of the public internet. */
export type RangeKind =
  | "cloud metadata"
  | "unspecified"
  | "loopback"
  | "link-local"
  | "private"
  | "shared (carrier NAT)"
  | "multicast"
  | "documentation"
  | "benchmarking"
  | "reserved"
  | "not an address";

type V4Ranges = Partial<Record<RangeKind, [ipaddr.IPv4, number][]>>;
type V6Ranges = Partial<Record<RangeKind, [ipaddr.IPv6, number][]>>;

const v4 = (...ranges: string[]): [ipaddr.IPv4, number][] =>
  ranges.map((range) => ipaddr.IPv4.parseCIDR(range));
const v6 = (...ranges: string[]): [ipaddr.IPv6, number][] =>
  ranges.map((range) => ipaddr.IPv6.parseCIDR(range));

/**
 * https://www.iana.org/assignments/iana-ipv4-special-registry (what is not globally reachable, and the former
 * 6to4 relays), multicast, class E. Metadata: AWS, GCP, Azure, OCI; ECS tasks; Azure's wire server; Alibaba.
 * The first match in the order of the keys names the range.
 */
const V4: V4Ranges = {
  "cloud metadata": v4("169.254.169.254/32", "169.254.170.2/32", "168.63.129.16/32", "100.100.100.200/32"),
  unspecified: v4("0.0.0.0/8"),
  loopback: v4("127.0.0.0/8"),
  "link-local": v4("169.254.0.0/16"),
  private: v4("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
  "shared (carrier NAT)": v4("100.64.0.0/10"),
  multicast: v4("224.0.0.0/4"),
  documentation: v4("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
  benchmarking: v4("198.18.0.0/15"),
  reserved: v4("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"),
};

/**
 * https://www.iana.org/assignments/iana-ipv6-special-registry, within 2000::/3 and, for a telling name, outside
 * of it. 2001::/23 (protocol assignments: Teredo, benchmarking, ORCHID, ...) is refused whole. Metadata: EC2, EKS.
 */
const V6: V6Ranges = {
  "cloud metadata": v6("fd00:ec2::254/128", "fd00:ec2::23/128"),
  unspecified: v6("::/128"),
  loopback: v6("::1/128"),
  "link-local": v6("fe80::/10"),
  private: v6("fc00::/7", "fec0::/10"),
  multicast: v6("ff00::/8"),
  documentation: v6("2001:db8::/32", "3fff::/20"),
  reserved: v6("2001::/23"),
};

/** All that is allocated for global use (https://www.iana.org/assignments/ipv6-address-space). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** Ranges that carry an IPv4 address, and the byte it starts at: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056). */
const CARRIERS: { range: [ipaddr.IPv6, number]; at: number }[] = [
  { range: ipaddr.IPv6.parseCIDR("::ffff:0:0/96"), at: 12 },
  { range: ipaddr.IPv6.parseCIDR("64:ff9b::/96"), at: 12 },
  { range: ipaddr.IPv6.parseCIDR("2002::/16"), at: 2 },
];

const PUBLIC = "public";

/** `subnetMatch` answers with a key of the table it was given, or with the default. */
const named = (name: string): RangeKind | null => (name === PUBLIC ? null : (name as RangeKind));

const rangeOfV4 = (address: ipaddr.IPv4): RangeKind | null =>
  named(ipaddr.subnetMatch(address, { ...V4 }, PUBLIC));

function rangeOfV6(address: ipaddr.IPv6): RangeKind | null {
  const carrier = CARRIERS.find(({ range }) => address.match(range));
  if (carrier !== undefined) {
    return rangeOfV4(new ipaddr.IPv4(address.toByteArray().slice(carrier.at, carrier.at + 4)));
  }
  return named(ipaddr.subnetMatch(address, { ...V6 }, address.match(GLOBAL_UNICAST) ? PUBLIC : "reserved"));
}

/** ipaddr.js reads `::8.8.8.8` as if it were `::ffff:8.8.8.8`; the URL standard's spelling has no dots to misread. */
function canonicalV6(address: string): string | null {
  const [bare = ""] = address.split("%"); // a zone only says by which interface
  return isIPv6(bare) ? (URL.parse(`http://[${bare}]/`)?.hostname.slice(1, -1) ?? null) : null;
}

/**
 * Names the special range of an address, null for one of the public internet. Accepts canonical spellings only
 * (as a lookup or a socket gives them): whatever else is "not an address", hence not public.
 *
 * ipaddr.js parses and matches; the table is ours. Its own `range()` calls `::7f00:1` and the unallocated
 * 4000::/3 "unicast", and knows no metadata addresses. `net.BlockList` answers yes or no, but not which range,
 * and gives no bytes to read an embedded IPv4 address from.
 */
export function specialRangeOf(address: string): RangeKind | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return rangeOfV4(ipaddr.IPv4.parse(address));
  const canonical = canonicalV6(address);
  return canonical === null ? "not an address" : rangeOfV6(ipaddr.IPv6.parse(canonical));
}
