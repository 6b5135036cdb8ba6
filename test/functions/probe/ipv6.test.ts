/** A vantage point without IPv6: nobody is called down for it. */
import { expect, test } from "vitest";
import { makeHandle } from "../../../functions/probe/handle.ts";
import { endpointOf, refused } from "./doubles.ts";
import { MINUTE, probeOf, records, T0, tickAt } from "./world.ts";

const REASON = "not supported here: this vantage point has no IPv6";

/** A probe whose every check fails at an address of this family. */
function failingAt(family: 4 | 6, ipv6: boolean) {
  const endpoints = [endpointOf("site"), endpointOf("six", { family: "6" })];
  const probe = probeOf(endpoints, () => ({ outcome: refused, publicTarget: false }), { ipv6 });
  const { deps, checker } = probe;
  deps.checkerForTick = () => ({
    check: async (endpoint, options) => {
      const found = await checker.check(endpoint, options);
      return { ...found, remote: { address: family === 6 ? "2001:db8::1" : "192.0.2.1", family } };
    },
  });
  return { ...probe, handle: makeHandle(deps) };
}

test.each<[4 | 6, boolean, string[]]>([
  [6, false, [`site: ${REASON}`, `six: ${REASON}`]],
  [4, false, ["site: counts", `six: ${REASON}`]],
  [6, true, ["site: counts", "six: counts"]],
])("failing over IPv%i, with IPv6 here: %s", async (family, ipv6, expected) => {
  const { clock, world, handle, checker } = failingAt(family, ipv6);
  const done = handle(tickAt(T0));
  await clock.advance(MINUTE);
  await done;
  const found = records(world).map(({ endpointId, invalid = "counts" }) => `${endpointId}: ${invalid}`);
  expect(found.toSorted()).toEqual(expected);
  const counted = expected.filter((line) => line.endsWith("counts")).length;
  expect(world.posted.flatMap(({ posts }) => posts)).toHaveLength(counted);
  expect(checker.seen.includes(endpointOf("six").url)).toBe(ipv6);
});
