/** A machine that knows to have no IPv6 tries it once where it is asked for, and not at all beside IPv4. */
import { expect, onTestFinished, test } from "vitest";
import type { Remote } from "../../../lib/core/check/measurement.ts";
import { checkerOf, endpointOf, hastyClock, typeOf } from "../../support/checks.ts";
import { answer, answering } from "../../support/loopback.ts";

const V6: Remote = { address: "::1", family: 6 };
const V4: Remote = { address: "127.0.0.1", family: 4 };

async function world(ipv6: boolean) {
  const server = await answering(answer("ok"));
  const clock = hastyClock();
  const checker = checkerOf({ ipv6, clock, names: { "both.test": [V4, V6], "six.test": [V6] } });
  onTestFinished(async () => {
    checker.close();
    await server.close();
  });
  return { checker, clock, port: server.port };
}

test.each([
  [true, 3],
  [false, 0],
])("with IPv6 %s, a name that has nothing else is tried %i more times", async (ipv6, waits) => {
  const { checker, clock, port } = await world(ipv6);
  const found = await checker.check(endpointOf(`http://six.test:${port}/`));
  expect(found.outcome).not.toBe("ok");
  expect(found.remote?.family).toBe(6);
  expect(clock.waits).toHaveLength(waits);
});

test("of both families only the one that there is is checked", async () => {
  const { checker, port } = await world(false);
  const found = await checker.check(endpointOf(`http://both.test:${port}/`, { family: "both" }));
  expect(typeOf(found)).toBe("ok");
  expect(found.remote?.family).toBe(4);
});
