import { expect, test } from "vitest";
import { makeHeartbeat } from "../../../../lib/adapters/heartbeat/post.ts";
import { moodyServer } from "../../../support/moody-server.ts";

const start = () =>
  moodyServer({
    answer: () => ({ status: 200, body: "OK" }),
    unavailable: { status: 503 },
    throttled: { status: 429 },
  });

test("a heartbeat is a POST to exactly that address", async () => {
  await using server = await start();
  await makeHeartbeat({ url: `${server.url}/ping/secret?a=b`, timeoutMs: 5_000 })();
  expect(server.asked.map(({ path, query }) => [path, query.get("a")])).toEqual([["/ping/secret", "b"]]);
});

test.each(["unavailable", "throttled", "reset", "silent"] as const)(
  "an address that is %s is a fault that keeps the address to itself",
  async (mood) => {
    await using server = await start();
    server.mood = mood;
    const timeoutMs = mood === "silent" ? 20 : 5_000;
    const failure: unknown = await makeHeartbeat({ url: `${server.url}/secret`, timeoutMs })().catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "heartbeat_failed" });
    expect(failure).not.toHaveProperty("cause");
    expect(String(failure)).not.toContain("secret");
  },
);
