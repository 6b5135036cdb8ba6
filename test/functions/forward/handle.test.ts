import { expect, test } from "vitest";
import { makeHandle } from "../../../functions/forward/handle.ts";
import { readForward, writeTicks } from "../../../lib/adapters/sqs/forward-message.ts";
import { writeFailures } from "../../../lib/core/alert/post.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { FailurePost, TickPlace } from "../../../lib/core/ports.ts";
import { recordSample } from "../../contract/samples.ts";
import { postOf } from "../../lib/adapters/failure-route/posts.ts";

const place: TickPlace = { shard: "m0", lane: "main" };
const records = [recordSample()];
const failures = writeFailures([postOf("a")]);
const [ticks = ""] = writeTicks(records, place);

/** A home of which parts may be away, and what it was brought. */
function homeOf({ api = true, table = true } = {}) {
  const posted: (readonly FailurePost[])[] = [];
  const appended: unknown[] = [];
  const faults: string[] = [];
  const handle = makeHandle({
    read: readForward,
    async post(posts) {
      if (!api) throw new Unavailable("The API is away.");
      posted.push(posts);
    },
    ticks: {
      async append(...given) {
        if (!table) throw new Unavailable("The table is away.");
        appended.push(given);
      },
    },
    onFault: (error, messageId) => faults.push(`${messageId}: ${error instanceof Error ? error.name : ""}`),
  });
  return { handle, posted, appended, faults };
}

const batch = (bodies: Record<string, string>) => ({
  Records: Object.entries(bodies).map(([messageId, body]) => ({ messageId, body })),
});

const failed = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

test("failures go to home's API, ticks into its log, whole", async () => {
  const { handle, posted, appended } = homeOf();
  expect(await handle(batch({ 1: failures, 2: ticks }))).toEqual(failed());
  expect(posted).toEqual([[postOf("a")]]);
  expect(appended).toEqual([[records, place]]);
});

test("what home does not take stays, whatever it takes of the rest", async () => {
  const half = homeOf({ api: false });
  expect(await half.handle(batch({ 1: failures, 2: ticks, 3: failures }))).toEqual(failed("1", "3"));
  expect(half.appended).toHaveLength(1);
  expect(half.faults).toEqual(["1: Unavailable", "3: Unavailable"]);
  const none = homeOf({ api: false, table: false });
  expect(await none.handle(batch({ 1: failures, 2: ticks }))).toEqual(failed("1", "2"));
});

test("a message that nobody can read holds up no other", async () => {
  const { handle, posted, faults } = homeOf();
  const poison = { 1: "{", 2: failures, 3: '{"v":2,"type":"failures","posts":[]}', 4: failures };
  expect(await handle(batch(poison))).toEqual(failed("1", "3"));
  expect(posted).toHaveLength(2);
  expect(faults).toEqual(["1: VigieError", "3: VigieError"]);
});
