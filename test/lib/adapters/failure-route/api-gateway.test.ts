import { expect, test } from "vitest";
import { makeApiGatewayRoute } from "../../../../lib/adapters/failure-route/api-gateway.ts";
import { failuresMessage } from "../../../../lib/core/alert/post.ts";
import { Unavailable, VigieError } from "../../../../lib/core/errors.ts";
import type { FailurePost } from "../../../../lib/core/ports.ts";
import { postOf } from "./posts.ts";

/** A route whose home and queue fail as told; what came through is read back. */
function world({ home, queue }: { home?: Error; queue?: Error }) {
  const posted: string[] = [];
  const queued: string[] = [];
  const faults: unknown[] = [];
  const route = makeApiGatewayRoute({
    post: async (body) => {
      if (home !== undefined) throw home;
      posted.push(body);
    },
    queue: {
      send: async (body) => {
        if (queue !== undefined) throw queue;
        queued.push(body);
      },
    },
    onFault: (error) => faults.push(error),
  });
  return { route, posted, queued, faults };
}

const postsIn = (bodies: readonly string[]): FailurePost[] =>
  bodies.flatMap((body) => failuresMessage.parse(JSON.parse(body)).posts);

const away = new Unavailable("Home is away.");

test("a batch is one post", async () => {
  const batch = ["a", "b"].map((id) => postOf(id));
  const { route, posted, queued } = world({});
  await route.post(batch);
  expect([posted.length, queued.length]).toEqual([1, 0]);
  expect(postsIn(posted)).toEqual(batch);
});

test("an empty batch is none", async () => {
  const { route, posted } = world({});
  await route.post([]);
  expect(posted).toEqual([]);
});

test("what home does not take waits in the region's queue, and is told", async () => {
  for (const home of [away, new VigieError("home_refused", "403")]) {
    const { route, queued, faults } = world({ home });
    await route.post([postOf("a")]);
    expect(postsIn(queued)).toEqual([postOf("a")]);
    expect(faults).toEqual([home]);
  }
});

test("with both gone, whoever posts is told why home was not reached, and the operator of both", async () => {
  const queue = new Unavailable("The queue is away.");
  const { route, faults } = world({ home: away, queue });
  await expect(route.post([postOf("a")])).rejects.toBe(away);
  expect(faults).toEqual([queue]);
});

test("a batch too large for a message becomes several, every post once", async () => {
  const batch = Array.from({ length: 1_200 }, (_, i) => postOf(`e${i}`, "x".repeat(200)));
  const { route, posted } = world({});
  await route.post(batch);
  expect(posted.length).toBeGreaterThan(1);
  expect(Math.max(...posted.map((body) => Buffer.byteLength(body)))).toBeLessThanOrEqual(200_000);
  expect(postsIn(posted)).toEqual(batch);
});
