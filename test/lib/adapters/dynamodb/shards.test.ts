import { describe, expect, test } from "vitest";
import { type EndpointOptions, makeEndpoints } from "../../../../lib/adapters/dynamodb/endpoints.ts";
import { LEASE_MS, SETTLE_MS } from "../../../../lib/adapters/dynamodb/shards.ts";
import { openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import type { Endpoint } from "../../../../lib/core/endpoint/endpoint.ts";
import { Conflict, InvalidInput, Unavailable } from "../../../../lib/core/errors.ts";
import { DAY, endpointSample, HOUR, MINUTE, ORG, SECOND, T0 } from "../../../contract/samples.ts";
import { type Call, type Intercept, startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";

const local = await startLocalDynamo();

async function world(options: Partial<EndpointOptions> = {}) {
  const { config } = await local.freshTables();
  const clock = { at: T0 };
  const make = (intercept?: Intercept) =>
    makeEndpoints(openTable({ client: local.client(intercept), clock: recordingClock(T0) }, config), {
      clock: { now: () => clock.at },
      ticksKeptMs: 2 * DAY,
      shardSize: 3,
      ...options,
    });
  const store = make();
  return {
    clock,
    store,
    make,
    create: (id: string, changes: Partial<Endpoint> = {}) =>
      store.put(endpointSample(id, changes), "api", null),
    /** `minutes-1: 2 of 3`: members, and places taken. */
    async shards(): Promise<string[]> {
      const counts = new Map((await store.shards()).map(({ id, count }) => [id, count]));
      const all = await store.everyShard();
      const members = await Promise.all(all.map(({ id }) => store.shard(id)));
      return all.map(({ id }, i) => `${id}: ${members[i]?.length} of ${counts.get(id) ?? 0}`);
    },
  };
}

/** Which call it is: `Update SHARDS`, `Update E#acme`. */
function nameOf({ name, input }: Call): string {
  const key = (input["Key"] ?? input["Item"]) as Record<string, { S?: string }> | undefined;
  return `${name.replace("ItemCommand", "")} ${key?.["pk"]?.S ?? ""}`;
}

/** Stands before the nth call of a name. */
function atCall(wanted: string, nth: number, then: Intercept): Intercept {
  let seen = 0;
  return (call) => {
    if (nameOf(call) === wanted) seen += 1;
    return nameOf(call) === wanted && seen === nth ? then(call) : call.send();
  };
}

/** What the SDK reports when its second try finds the condition unmet. */
const failedAgain = (): Error =>
  Object.assign(new Error("The conditional request failed"), {
    name: "ConditionalCheckFailedException",
    $metadata: { httpStatusCode: 400, attempts: 2 },
  });

describe("where endpoints are put", () => {
  test("shards are filled before another begins, and holes before the newest grows", async () => {
    const { create, store, shards } = await world();
    const versions = new Map<string, number>();
    for (const id of ["a", "b", "c", "d", "e"]) versions.set(id, await create(id));
    expect(await shards()).toEqual(["minutes-1: 3 of 3", "minutes-2: 2 of 2"]);
    await store.remove(ORG, "b", versions.get("b") ?? 0);
    await store.remove(ORG, "d", versions.get("d") ?? 0);
    expect(await shards()).toEqual(["minutes-1: 2 of 2", "minutes-2: 1 of 1"]);
    await create("f");
    await create("g");
    await create("h");
    expect(await shards()).toEqual(["minutes-1: 3 of 3", "minutes-2: 3 of 3"]);
  });

  test("each set of regions has shards of its own, whatever the order it is written in", async () => {
    const { create, store } = await world();
    await create("all");
    await create("two", { regions: ["tokyo", "paris"] });
    await create("same two", { regions: ["paris", "tokyo"] });
    await create("one", { regions: ["paris"] });
    await create("fast", { regions: ["paris"], intervalMs: 10 * SECOND });
    const shards = await store.shards();
    expect(shards.map(({ count, regions, rounds }) => [count, regions, rounds])).toEqual(
      expect.arrayContaining([
        [1, undefined, false],
        [2, ["paris", "tokyo"], false],
        [1, ["paris"], false],
        [1, ["paris"], true],
      ]),
    );
    expect(new Set(shards.map(({ id }) => id)).size).toBe(4);
  });

  test("an edit that changes neither interval class nor regions leaves an endpoint where it is", async () => {
    const { create, store } = await world();
    const version = await create("a");
    await store.put(endpointSample("a", { name: "new", intervalMs: HOUR }), "api", version);
    expect(await store.get(ORG, "a")).toMatchObject({ shard: "minutes-1" });
    expect((await store.get(ORG, "a"))?.movedFrom).toBeUndefined();
  });

  test("stays are remembered as long as ticks are kept, each shard once, the present one not", async () => {
    const { clock, create, store } = await world();
    let version = await create("a");
    const move = async (intervalMs: number): Promise<void> => {
      clock.at += MINUTE;
      version = await store.put(endpointSample("a", { intervalMs }), "api", version);
    };
    const stays = async () => (await store.get(ORG, "a"))?.movedFrom ?? [];
    await move(10 * SECOND);
    expect(await stays()).toEqual([{ shard: "minutes-1", at: T0 + MINUTE }]);
    await move(MINUTE);
    expect(await stays()).toEqual([{ shard: "rounds-1", at: T0 + 2 * MINUTE }]);
    await move(10 * SECOND);
    await move(MINUTE);
    expect(await stays()).toEqual([{ shard: "rounds-1", at: T0 + 4 * MINUTE }]);
    clock.at += 2 * DAY;
    await move(HOUR);
    expect(await stays()).toEqual([]);
  });

  test("one too large to be stored is refused before anything changes", async () => {
    const { create, shards } = await world();
    const noise = Array.from({ length: 400_000 }, (_, i) => Math.imul(i, 0x9e3779b1).toString(36)).join("");
    await expect(create("a", { body: noise })).rejects.toBeInstanceOf(InvalidInput);
    expect(await shards()).toEqual([]);
    const large = "x".repeat(60_000);
    const version = await create("b", { body: large });
    expect(version).toBe(1);
  });
});

describe("what readers of a list go by", () => {
  test("until a shard has settled its version changes every minute, then it stays", async () => {
    const { clock, create, store } = await world();
    await create("a");
    const versions: string[] = [];
    for (let at = T0; at <= T0 + 5 * MINUTE; at += MINUTE) {
      clock.at = at;
      versions.push((await store.shards())[0]?.version ?? "");
    }
    expect(new Set(versions.slice(0, 3)).size).toBe(3);
    expect(new Set(versions.slice(3)).size).toBe(1);
    expect(versions.slice(0, 3)).not.toContain(versions[3]);
  });

  test("a move changes the versions of both shards", async () => {
    const { clock, create, store } = await world();
    const version = await create("a");
    await create("b");
    await create("c", { intervalMs: 10 * SECOND });
    clock.at += HOUR;
    const before = await store.shards();
    await store.put(endpointSample("a", { intervalMs: 10 * SECOND }), "api", version);
    const after = new Map((await store.shards()).map((shard) => [shard.id, shard.version]));
    for (const { id, version: old } of before) expect(after.get(id)).not.toBe(old);
  });
});

describe("places are never counted below the truth", () => {
  test("a write that took too long is not made; its place is found by a recount", async () => {
    const { clock, store, make, shards } = await world();
    const late = make(
      atCall("Update O#acme", 1, async ({ send }) => {
        clock.at += LEASE_MS + 1;
        return send();
      }),
    );
    await expect(late.put(endpointSample("a"), "api", null)).rejects.toBeInstanceOf(Unavailable);
    expect(await store.get(ORG, "a")).toBeNull();
    expect(await shards()).toEqual(["minutes-1: 0 of 1"]);
    await store.recount("minutes-1");
    expect(await shards()).toEqual(["minutes-1: 0 of 1"]); // not yet: it has not settled
    clock.at += SETTLE_MS;
    await store.recount("minutes-1");
    expect(await shards()).toEqual(["minutes-1: 0 of 0"]);
  });

  test("a write whose answer was lost, and which another has replaced since, keeps its place", async () => {
    const { store, make, shards } = await world();
    const unlucky = make(
      atCall("Update E#acme", 1, async ({ send }) => {
        await send();
        const version = (await store.get(ORG, "a"))?.version ?? 0;
        await store.put(endpointSample("a", { name: "another's" }), "api", version);
        throw failedAgain();
      }),
    );
    await expect(unlucky.put(endpointSample("a"), "api", null)).rejects.toBeInstanceOf(Conflict);
    expect(await shards()).toEqual(["minutes-1: 1 of 1"]);
  });

  test("a write whose answer was lost is known by its version", async () => {
    const { store, make, shards } = await world();
    const unlucky = make(
      atCall("Update E#acme", 1, async ({ send }) => {
        await send();
        throw failedAgain();
      }),
    );
    const version = await unlucky.put(endpointSample("a"), "api", null);
    expect((await store.get(ORG, "a"))?.version).toBe(version);
    expect(await shards()).toEqual(["minutes-1: 1 of 1"]);
  });

  test("of two that remove an endpoint, one without an answer, only one gives the place back", async () => {
    const { create, store, make, shards } = await world();
    const version = await create("a");
    await create("b");
    const unlucky = make(
      atCall("Delete E#acme", 1, async () => {
        await store.remove(ORG, "a", version);
        throw failedAgain();
      }),
    );
    await unlucky.remove(ORG, "a", version);
    expect(await shards()).toEqual(["minutes-1: 1 of 1"]);
  });

  test.each([
    ["reads the shard", "Get SHARDS"],
    ["gives the place back", "Update SHARDS"],
  ])(
    "a place that was recounted away is not given back too, by one that stalls as it %s",
    async (_, call) => {
      const { clock, create, store, make, shards } = await world();
      const version = await create("a");
      await create("b");
      const stalled = make(
        atCall(call, call === "Get SHARDS" ? 1 : 2, async ({ send }) => {
          clock.at += SETTLE_MS + SECOND;
          await store.recount("minutes-1");
          return send();
        }),
      );
      await stalled.remove(ORG, "a", version);
      expect(await shards()).toEqual(["minutes-1: 1 of 1"]);
    },
  );

  test("where a place can't be given back because the shard keeps changing, it stays taken", async () => {
    const { create, store, make, shards } = await world();
    const version = await create("a");
    let busy = await create("b");
    const crowded = make(async (call) => {
      if (nameOf(call) !== "Update SHARDS" || !String(call.input["UpdateExpression"]).includes("- :one"))
        return call.send();
      busy = await store.put(endpointSample("b", { name: `${busy}` }), "api", busy);
      return call.send();
    });
    await crowded.remove(ORG, "a", version);
    expect(await shards()).toEqual(["minutes-1: 1 of 2"]);
  });
});
