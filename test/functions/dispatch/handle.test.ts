import { expect, test } from "vitest";
import { type Invocation, makeHandle } from "../../../functions/dispatch/handle.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { ShardRef } from "../../../lib/core/ports.ts";

const T0 = Date.UTC(2026, 10, 20, 12);
const shardOf = (id: string, changes: Partial<ShardRef> = {}): ShardRef => ({
  id,
  version: "1",
  count: 10,
  offsetMs: 0,
  rounds: false,
  ...changes,
});

function dispatchOf(shards: ShardRef[], broken: string[] = []) {
  const seen: string[] = [];
  const faults: string[] = [];
  const write = (how: string) => async (invocation: Invocation) => {
    const { shard, scheduledAt, region } = invocation;
    if (broken.includes(shard.id)) throw new Unavailable("throttled");
    seen.push(`${how} ${shard.id} +${scheduledAt - T0} ${region}`);
  };
  const handle = makeHandle({
    endpoints: { shards: async () => shards },
    invoke: write("invoked"),
    runHere: write("here"),
    onFault: (_error, { shard }) => faults.push(shard),
  });
  return { handle, seen, faults };
}

test("one probe for each shard that has endpoints, at the shard's place in the minute", async () => {
  const shards = [shardOf("0"), shardOf("1", { offsetMs: 30_000 }), shardOf("2", { count: 0 })];
  const { handle, seen } = dispatchOf(shards);
  expect(await handle({ scheduledAt: T0, region: "local" })).toEqual({ shards: 2 });
  expect(seen).toEqual(["invoked 0 +0 local", "invoked 1 +30000 local"]);
});

test("a single shard runs inline", async () => {
  const { handle, seen } = dispatchOf([shardOf("0"), shardOf("rounds", { count: 0, rounds: true })]);
  await handle({ scheduledAt: T0, region: "local" });
  expect(seen).toEqual(["here 0 +0 local"]);
});

test("a shard that can't be invoked holds no other back", async () => {
  const { handle, seen, faults } = dispatchOf([shardOf("0"), shardOf("1"), shardOf("2")], ["1"]);
  await handle({ scheduledAt: T0, region: "local" });
  expect(seen).toEqual(["invoked 0 +0 local", "invoked 2 +0 local"]);
  expect(faults).toEqual(["1"]);
});

test("nothing to watch is no error", async () => {
  expect(await dispatchOf([]).handle({ scheduledAt: T0, region: "local" })).toEqual({ shards: 0 });
});
