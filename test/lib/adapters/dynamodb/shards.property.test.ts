import { ScanCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeEndpoints } from "../../../../lib/adapters/dynamodb/endpoints.ts";
import type { Item } from "../../../../lib/adapters/dynamodb/item.ts";
import { SETTLE_MS } from "../../../../lib/adapters/dynamodb/shards.ts";
import { openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import type { Endpoint } from "../../../../lib/core/endpoint/endpoint.ts";
import { Conflict, Unavailable } from "../../../../lib/core/errors.ts";
import { DAY, endpointSample, MINUTE, ORG, SECOND, T0 } from "../../../contract/samples.ts";
import { startLocalDynamo } from "../../../support/dynamodb.ts";
import { Crashed, type Fate, makeTurns } from "./turns.ts";

const local = await startLocalDynamo();
const admin = local.client();

const SIZE = 2;

type Store = ReturnType<typeof makeEndpoints>;

type Act =
  | { do: "put"; id: string; endpoint: Endpoint }
  | { do: "remove"; id: string }
  | { do: "recount"; shard: number };

const id = fc.constantFrom("a", "b", "c", "d");

const put: fc.Arbitrary<Act> = fc
  .record({
    id,
    enabled: fc.constantFrom(true, true, true, false),
    intervalMs: fc.constantFrom(MINUTE, MINUTE, 10 * SECOND),
    regions: fc.constantFrom<(string[] | undefined)[]>(undefined, undefined, ["paris"], ["paris", "tokyo"]),
  })
  .map(({ id, enabled, intervalMs, regions }) => ({
    do: "put",
    id,
    endpoint: endpointSample(id, { enabled, intervalMs, ...(regions === undefined ? {} : { regions }) }),
  }));

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: put },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("recount" as const), shard: fc.nat(3) }) },
);

/** Acts at the same time, and how long it is quiet before them. */
const phase = fc.record({
  quietMs: fc.constantFrom(0, 0, SETTLE_MS + SECOND),
  acts: fc.array(act, { minLength: 1, maxLength: 5 }),
});

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 20, arbitrary: fc.constant("none" as const) },
  { weight: 1, arbitrary: fc.constantFrom("crash before" as const, "crash after" as const) },
  { weight: 1, arbitrary: fc.constant("retried" as const) },
  { weight: 2, arbitrary: fc.constant("stall" as const) },
);

interface Look {
  /** Endpoint items. */
  endpoints: Item[];
  /** Places taken, by shard. */
  counts: Map<string, number>;
  /** Endpoints really there, with their versions, by shard. */
  members: Map<string, string[]>;
}

async function look(table: string): Promise<Look> {
  const { Items = [] } = await admin.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
  const endpoints = Items.filter(({ pk }) => pk?.S === `E#${ORG}`);
  const members = Map.groupBy(
    endpoints.filter(({ shard }) => shard !== undefined),
    ({ shard }) => shard?.S ?? "",
  );
  return {
    endpoints,
    counts: new Map(
      Items.filter(({ pk }) => pk?.S === "SHARDS").map(({ sk, count }) => [sk?.S ?? "", Number(count?.N)]),
    ),
    members: new Map(
      [...members].map(([shard, items]) => [shard, items.map(({ sk, version }) => `${sk?.S}@${version?.N}`)]),
    ),
  };
}

async function leaks(table: string): Promise<boolean> {
  const { counts, members } = await look(table);
  return [...counts].some(([shard, count]) => count !== (members.get(shard)?.length ?? 0));
}

async function expectMended(table: string): Promise<void> {
  const { counts, members } = await look(table);
  for (const [shard, count] of counts)
    expect([shard, count]).toEqual([shard, members.get(shard)?.length ?? 0]);
}

/** What holds after every single call, whoever is half-way through what. */
function expectSound({ endpoints, counts, members }: Look): void {
  for (const { enabled, shard } of endpoints) expect(shard !== undefined).toBe(enabled?.BOOL);
  for (const [shard, ids] of members) {
    expect(counts.has(shard)).toBe(true);
    expect(ids.length).toBeLessThanOrEqual(counts.get(shard) ?? 0);
  }
  for (const count of counts.values()) {
    expect(count).toBeGreaterThanOrEqual(0);
    expect(count).toBeLessThanOrEqual(SIZE);
  }
}

async function perform(act: Act, store: Store): Promise<void> {
  if (act.do === "recount") {
    const shards = await store.everyShard();
    const shard = shards[act.shard % Math.max(1, shards.length)];
    if (shard !== undefined) await store.recount(shard.id);
    return;
  }
  const version = (await store.get(ORG, act.id))?.version ?? null;
  if (act.do === "put") await store.put(act.endpoint, "api", version);
  else if (version !== null) await store.remove(ORG, act.id, version);
}

/** How an act ended; what may happen to it is no error. */
async function outcomeOf(act: Act, store: Store): Promise<string> {
  try {
    await perform(act, store);
    return "succeeded";
  } catch (error) {
    return howItFailed(error);
  }
}

function howItFailed(error: unknown): string {
  if (error instanceof Conflict) return "conflict";
  if (!(error instanceof Unavailable)) throw error;
  if (error.cause instanceof Crashed) return "crashed";
  return error.message.includes("took too long") ? "late" : "unavailable";
}

/**
 * Reads lists as a probe does: again when their version is another. The index it reads them from is a call behind.
 */
function makeProbe(store: Store) {
  const lists = new Map<string, { version: string; list: readonly string[] }>();
  let index: Look["members"] = new Map();
  return {
    async visit({ members }: Look): Promise<void> {
      for (const { id, version } of await store.shards())
        if (lists.get(id)?.version !== version) lists.set(id, { version, list: index.get(id) ?? [] });
      index = members;
    },
    /** What it would go on with, and what it holds by now, where it would not read again. */
    async expectCurrent({ members }: Look): Promise<void> {
      for (const { id, version } of await store.shards()) {
        const known = lists.get(id);
        if (known?.version === version) expect([id, known.list]).toEqual([id, members.get(id) ?? []]);
      }
    },
  };
}

/** What the lists are that probes read. */
async function expectListsRight(store: Store): Promise<void> {
  const stored = await store.list(ORG);
  const enabled = stored.filter(({ endpoint }) => endpoint.enabled);
  const shards = await store.shards();
  const lists = await Promise.all(shards.map(({ id }) => store.shard(id)));
  expect(
    lists
      .flat()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(enabled.map(({ endpoint }) => endpoint.id).sort());
  for (const [i, { rounds, regions }] of shards.entries())
    for (const endpoint of lists[i] ?? []) {
      expect(endpoint.intervalMs < MINUTE).toBe(rounds);
      expect(endpoint.regions).toEqual(regions);
    }
}

test("whatever happens at once, stalls, crashes or gets lost: each is in one shard, none is over, a recount mends", async () => {
  const seen = new Map<string, number>();
  const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

  await fc.assert(
    fc.asyncProperty(
      fc.array(phase, { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fate),
      fc.infiniteStream(fc.nat(1_000)),
      async (phases, fates, picks) => {
        const { config } = await local.freshTables();
        const clock = { at: T0 };
        const turns = makeTurns(clock, () => {
          const next = fates.next().value;
          note(next);
          return next;
        });
        const client = local.client(turns.intercept);
        const make = () =>
          makeEndpoints(openTable({ client, clock: { sleep: async () => undefined } }, config), {
            clock: { now: () => clock.at },
            ticksKeptMs: 2 * DAY,
            shardSize: SIZE,
          });

        const probe = makeProbe(make());
        const afterCall = async (): Promise<void> => {
          const now = await look(config);
          expectSound(now);
          await probe.visit(now);
        };
        for (const { quietMs, acts } of phases) {
          clock.at += quietMs;
          for (const _ of ["behind", "caught up"]) await afterCall();
          if (quietMs > 0) await probe.expectCurrent(await look(config));
          await turns.run(
            acts.map((act) => async () => note(await outcomeOf(act, make()))),
            (count) => picks.next().value % count,
            afterCall,
          );
          await expectListsRight(make());
        }
        clock.at += SETTLE_MS + SECOND;
        const store = make();
        await probe.expectCurrent(await look(config));
        if (await leaks(config)) note("leaked");
        for (const { id } of await store.everyShard()) await store.recount(id);
        await expectMended(config);
        await expectListsRight(store);
      },
    ),
    { numRuns: 30 },
  );
  // the property means something: all of this did happen
  for (const what of ["crash before", "crash after", "retried", "stall", "conflict", "leaked"])
    expect(seen.has(what), what).toBe(true);
}, 300_000);
