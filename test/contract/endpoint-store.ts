import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { Conflict, Unavailable } from "../../lib/core/errors.ts";
import type { EndpointStore, ShardRef } from "../../lib/core/ports.ts";
import { endpointSample, fullEndpoint, MINUTE, ORG, OTHER_ORG, SECOND } from "./samples.ts";
import { type MakeSubject, subjects } from "./subject.ts";

const many = (count: number, prefix: string, changes: Partial<Endpoint> = {}): Endpoint[] =>
  Array.from({ length: count }, (_, i) => endpointSample(`${prefix}${i}`, changes));

const namesOf = (endpoints: readonly Endpoint[]): string[] => endpoints.map(({ org, id }) => `${org}/${id}`);

/** Endpoints by shard id, and the shards themselves. */
async function everyShard(store: EndpointStore): Promise<{ shard: ShardRef; members: Endpoint[] }[]> {
  const shards = await store.shards();
  return Promise.all(shards.map(async (shard) => ({ shard, members: await store.shard(shard.id) })));
}

/** The version of the only shard; each of these tests has few endpoints of one kind. */
async function listVersion(store: EndpointStore): Promise<string> {
  const shards = await store.shards();
  return shards.map(({ id, version }) => `${id}@${version}`).join();
}

/** What every EndpointStore does. `size`: most endpoints in a shard of the subject. */
export function describeEndpointStoreContract(
  name: string,
  make: MakeSubject<EndpointStore>,
  size = 500,
): void {
  const subject = (): (() => Promise<EndpointStore>) => {
    const next = subjects(make);
    return async () => (await next()).store;
  };

  describe(`EndpointStore, ${name}`, () => {
    describe("single endpoints", () => {
      const fresh = subject();

      test("what is put is read back, every field of it", async () => {
        const store = await fresh();
        const endpoint = fullEndpoint("full");
        const version = await store.put(endpoint, "api", null);
        const { shard: _, ...stored } = (await store.get(ORG, "full")) ?? {};
        expect(stored).toEqual({ endpoint, origin: "api", version });
      });

      test("an unknown id is null", async () => {
        const store = await fresh();
        expect(await store.get(ORG, "nobody")).toBeNull();
      });

      test("creating what exists is a Conflict and changes nothing", async () => {
        const store = await fresh();
        const version = await store.put(endpointSample("shop"), "api", null);
        const again = store.put(endpointSample("shop", { name: "other" }), "api", null);
        await expect(again).rejects.toBeInstanceOf(Conflict);
        expect(await store.get(ORG, "shop")).toMatchObject({
          endpoint: endpointSample("shop"),
          origin: "api",
          version,
        });
      });

      test("a write replaces the version it names, and only that", async () => {
        const store = await fresh();
        const first = await store.put(endpointSample("shop"), "api", null);
        const second = await store.put(endpointSample("shop", { name: "two" }), "api", first);
        expect(second).not.toBe(first);
        const late = store.put(endpointSample("shop", { name: "late" }), "api", first);
        await expect(late).rejects.toBeInstanceOf(Conflict);
        expect((await store.get(ORG, "shop"))?.endpoint.name).toBe("two");
      });

      test("replacing or removing what isn't there is a Conflict", async () => {
        const store = await fresh();
        await expect(store.put(endpointSample("shop"), "api", 1)).rejects.toBeInstanceOf(Conflict);
        await expect(store.remove(ORG, "shop", 1)).rejects.toBeInstanceOf(Conflict);
      });

      test("of two writes at once on one version exactly one wins", async () => {
        const store = await fresh();
        const version = await store.put(endpointSample("shop"), "api", null);
        const results = await Promise.allSettled(
          ["one", "two"].map((title) => store.put(endpointSample("shop", { name: title }), "api", version)),
        );
        expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      });

      test("removing needs the version, and a version never comes back", async () => {
        const store = await fresh();
        const first = await store.put(endpointSample("shop"), "api", null);
        await expect(store.remove(ORG, "shop", first + 1_000)).rejects.toBeInstanceOf(Conflict);
        await store.remove(ORG, "shop", first);
        expect(await store.get(ORG, "shop")).toBeNull();
        const second = await store.put(endpointSample("shop", { name: "second life" }), "api", null);
        expect(second).not.toBe(first);
        await expect(store.remove(ORG, "shop", first)).rejects.toBeInstanceOf(Conflict);
      });

      test("lists are ordered by id", async () => {
        const store = await fresh();
        for (const id of ["b", "a", "B", "a-1", "10", "9"]) await store.put(endpointSample(id), "api", null);
        const ids = (await store.list(ORG)).map(({ endpoint }) => endpoint.id);
        expect(ids).toEqual(["10", "9", "B", "a", "a-1", "b"]);
      });

      test("several are read at once; those that don't exist are left out", async () => {
        const store = await fresh();
        await store.put(endpointSample("a"), "api", null);
        await store.put(endpointSample("b"), "file", null);
        const found = await store.getMany(ORG, ["b", "nobody", "a", "a"]);
        expect([...found.keys()].sort()).toEqual(["a", "b"]);
        expect(found.get("b")?.origin).toBe("file");
        expect(await store.getMany(ORG, [])).toEqual(new Map());
      });

      test("organizations don't see each other", async () => {
        const store = await fresh();
        const version = await store.put(endpointSample("shop"), "api", null);
        await store.put(endpointSample("shop", { org: OTHER_ORG, name: "theirs" }), "api", null);
        await store.put(endpointSample("only-theirs", { org: OTHER_ORG }), "api", null);
        expect(await store.get(ORG, "only-theirs")).toBeNull();
        expect([...(await store.getMany(ORG, ["shop", "only-theirs"])).keys()]).toEqual(["shop"]);
        expect((await store.list(ORG)).map(({ endpoint }) => endpoint.id)).toEqual(["shop"]);
        await store.remove(ORG, "shop", version);
        expect((await store.get(OTHER_ORG, "shop"))?.endpoint.name).toBe("theirs");
      });

      test("changing what was read or written changes nothing in the store", async () => {
        const store = await fresh();
        const written = endpointSample("shop", { tags: { a: "1" } });
        await store.put(written, "api", null);
        written.tags["a"] = "2";
        const read = await store.get(ORG, "shop");
        if (read !== null) read.endpoint.tags["a"] = "3";
        expect((await store.get(ORG, "shop"))?.endpoint.tags).toEqual({ a: "1" });
      });
    });

    describe("shards", () => {
      const fresh = subject();

      test("without endpoints there are none", async () => {
        const store = await fresh();
        expect(await store.shards()).toEqual([]);
      });

      test("an unknown shard is empty", async () => {
        const store = await fresh();
        await store.put(endpointSample("a"), "api", null);
        for (const id of ["", "nonsense", "../x", "minutes-0-0"]) expect(await store.shard(id)).toEqual([]);
      });

      test("all enabled endpoints of all organizations are in exactly one, disabled ones in none", async () => {
        const store = await fresh();
        await store.put(endpointSample("on"), "api", null);
        await store.put(endpointSample("on", { org: OTHER_ORG }), "api", null);
        await store.put(endpointSample("off", { enabled: false }), "api", null);
        const lists = await everyShard(store);
        expect(lists.flatMap(({ members }) => namesOf(members)).sort()).toEqual(["acme/on", "globex/on"]);
        expect(lists.map(({ shard, members }) => shard.count - members.length)).toEqual(lists.map(() => 0));
      });

      test("intervals under a minute have shards of their own", async () => {
        const store = await fresh();
        for (const endpoint of [
          endpointSample("minute"),
          endpointSample("day", { intervalMs: 24 * 60 * MINUTE }),
          endpointSample("ten", { intervalMs: 10 * SECOND }),
          endpointSample("thirty", { intervalMs: 30 * SECOND }),
        ])
          await store.put(endpoint, "api", null);
        const lists = await everyShard(store);
        const ids = (rounds: boolean): string[] =>
          lists
            .filter(({ shard }) => shard.rounds === rounds)
            .flatMap(({ members }) => members.map(({ id }) => id))
            .sort();
        expect(ids(false)).toEqual(["day", "minute"]);
        expect(ids(true)).toEqual(["ten", "thirty"]);
      });

      test("hold no more than their size, and what they count", async () => {
        const store = await fresh();
        const endpoints = many(size * 1.2, "site-");
        await Promise.all(endpoints.map((endpoint) => store.put(endpoint, "api", null)));
        const lists = await everyShard(store);
        for (const { shard, members } of lists) {
          expect(members.length).toBe(shard.count);
          expect(shard.count).toBeLessThanOrEqual(size);
          expect(shard.offsetMs).toBeGreaterThanOrEqual(0);
          expect(shard.offsetMs).toBeLessThan(MINUTE);
        }
        expect(new Set(lists.map(({ shard }) => shard.id)).size).toBe(lists.length);
        expect(lists.flatMap(({ members }) => namesOf(members)).sort()).toEqual(namesOf(endpoints).sort());
      });

      test("a list's version stays while the list does", async () => {
        const store = await fresh();
        await store.put(endpointSample("a"), "api", null);
        const before = await store.shards();
        await store.put(endpointSample("off", { enabled: false }), "api", null);
        expect(await store.shards()).toEqual(before);
      });

      test("no two different lists of a shard ever have the same version", async () => {
        const store = await fresh();
        const seen = new Set<string>();
        const look = async (): Promise<void> => {
          const version = await listVersion(store);
          expect(seen).not.toContain(version);
          seen.add(version);
        };
        let a = await store.put(endpointSample("a"), "api", null);
        await look();
        const b = await store.put(endpointSample("b"), "api", null);
        await look();
        a = await store.put(endpointSample("a", { name: "changed" }), "api", a);
        await look();
        a = await store.put(endpointSample("a", { enabled: false }), "api", a);
        await look();
        a = await store.put(endpointSample("a", { name: "back" }), "api", a);
        await look();
        await store.remove(ORG, "b", b);
        await look();
        await store.put(endpointSample("b", { name: "second life" }), "api", null);
        await look();
        await store.remove(ORG, "a", a);
        await store.put(endpointSample("a", { name: "of a file" }), "file", null);
        await look();
      });
    });

    describe("out of reach", () => {
      const next = subjects(make);

      test("writes are Unavailable, change nothing, and work again afterwards", async ({ skip }) => {
        const { store, putOutOfReach } = await next();
        if (typeof putOutOfReach === "string") return skip(putOutOfReach);
        const version = await store.put(endpointSample("a"), "api", null);
        const back = await putOutOfReach();
        for (const write of [
          () => store.put(endpointSample("a", { name: "new" }), "api", version),
          () => store.remove(ORG, "a", version),
        ]) {
          await expect(write()).rejects.toBeInstanceOf(Unavailable);
        }
        await back();
        expect((await store.get(ORG, "a"))?.version).toBe(version);
        await store.remove(ORG, "a", version);
      });
    });
  });
}
