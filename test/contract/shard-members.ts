import { describe, expect, test } from "vitest";
import type { EndpointStore, ShardMembers } from "../../lib/core/ports.ts";
import { endpointSample, ORG, OTHER_ORG, SECOND } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

/** What every store of endpoints does whose shards stay. */
export function describeShardMembersContract(
  name: string,
  make: MakeSubject<EndpointStore & ShardMembers>,
): void {
  const next = subjects(make);
  const fresh = async (): Promise<EndpointStore & ShardMembers> => (await next()).store;
  const shardOf = async (store: EndpointStore, id: string): Promise<string> =>
    (await store.get(ORG, id))?.shard ?? "";

  describe(`ShardMembers, ${name}`, () => {
    test("members are those of the shard, as they are read one by one", async () => {
      const store = await fresh();
      await store.put(endpointSample("a"), "api", null);
      await store.put(endpointSample("a", { org: OTHER_ORG }), "file", null);
      await store.put(endpointSample("fast", { intervalMs: 10 * SECOND }), "api", null);
      const members = await store.members(await shardOf(store, "a"));
      expect(members).toHaveLength(2);
      for (const org of [ORG, OTHER_ORG]) expect(members).toContainEqual(await store.get(org, "a"));
      expect(await store.members("nowhere")).toEqual([]);
    });

    test("who moved says from where, until it is long ago", async () => {
      const store = await fresh();
      const version = await store.put(endpointSample("a"), "api", null);
      const before = await shardOf(store, "a");
      expect((await store.get(ORG, "a"))?.movedFrom ?? []).toEqual([]);
      await store.put(endpointSample("a", { intervalMs: 10 * SECOND }), "api", version);
      const after = await shardOf(store, "a");
      expect(after).not.toBe(before);
      const stays = [{ shard: before, at: expect.any(Number) }];
      expect(await store.members(after)).toMatchObject([{ movedFrom: stays }]);
      expect((await store.getMany(ORG, ["a"])).get("a")).toMatchObject({ movedFrom: stays });
    });

    test("who is paused is in no shard, and says where it was", async () => {
      const store = await fresh();
      const version = await store.put(endpointSample("a"), "api", null);
      const before = await shardOf(store, "a");
      await store.put(endpointSample("a", { enabled: false }), "api", version);
      expect(await store.members(before)).toEqual([]);
      expect(await store.get(ORG, "a")).toMatchObject({ movedFrom: [{ shard: before }] });
    });

    test("a shard that nobody is in any more is still there", async () => {
      const store = await fresh();
      expect(await store.everyShard()).toEqual([]);
      const version = await store.put(endpointSample("a", { regions: ["paris"] }), "api", null);
      const shard = await shardOf(store, "a");
      await store.remove(ORG, "a", version);
      expect(await store.everyShard()).toEqual([{ id: shard, regions: ["paris"] }]);
    });

    test("recounting what is counted right changes nothing, and an unknown shard stays unknown", async () => {
      const store = await fresh();
      for (const id of ["a", "b"]) await store.put(endpointSample(id), "api", null);
      const before = await store.shards();
      for (const { id } of before) await store.recount(id);
      expect(await store.shards()).toEqual(before);
      await store.recount("nowhere");
      expect(await store.shards()).toEqual(before);
    });
  });
}
