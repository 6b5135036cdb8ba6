import type { Context } from "aws-lambda";
import { expect, test } from "vitest";
import { atEdge } from "../../../../lib/adapters/aws/edge.ts";

const context = { getRemainingTimeInMillis: () => 10_000 } as Context; // all that is read of it

test("an answer goes through", async () => {
  const told: unknown[] = [];
  const handler = atEdge(
    async (event: { n: number }) => event.n + 1,
    (error) => told.push(error),
  );
  expect(await handler({ n: 1 }, context)).toBe(2);
  expect(told).toEqual([]);
});

test("an error is told and thrown on, the same one", async () => {
  const told: unknown[] = [];
  const error = new Error("away");
  const handler = atEdge(
    () => Promise.reject(error),
    (...fault) => told.push(fault),
  );
  await expect(handler({}, context)).rejects.toBe(error);
  expect(told).toEqual([[error, { what: "invocation" }]]);
});
