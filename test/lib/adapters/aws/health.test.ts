import { expect, onTestFinished, test } from "vitest";
import { makeHealth } from "../../../../lib/adapters/aws/health.ts";
import { answer, type Behaviour, loopback } from "../../../support/loopback.ts";

async function healthOf(behaviour: Behaviour) {
  const server = await loopback(behaviour);
  onTestFinished(() => server.close());
  return makeHealth(`http://${server.host}/healthz`, 200);
}

test.each([
  [200, true],
  [204, true],
  [503, false],
  [404, false],
])("%i: %s", async (status, healthy) => {
  const health = await healthOf({ onRequest: (socket) => socket.end(answer("", {}, status)) });
  expect(await health()).toBe(healthy);
});

test("no answer is not to be found out", async () => {
  await expect((await healthOf({}))()).rejects.toThrow("timeout");
  const moved = await healthOf({ onRequest: (socket) => socket.end(answer("", { location: "/" }, 301)) });
  await expect(moved()).rejects.toThrow("fetch failed");
});
