import { describe, expect, it } from "vitest";
import { writeFailures } from "../../../lib/core/alert/post.ts";
import { chunksOf } from "../../../lib/core/parallel.ts";
import type { AlertStore, FailurePost } from "../../../lib/core/ports.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "../../lib/core/alert/play.ts";
import { seeded } from "../../support/random.ts";
import { bothHomes, type Home, PLACE } from "./homes.ts";
import { type Functions, type HomeStores, post, recordAt, type World } from "./world.ts";

const REGIONS = ["a", "b", "c"];
const homes = await bothHomes();

/** SQLite is in this process; every call of the other is a request. */
const countFor = ({ name }: Home): number => (name === "SQLite" ? 500 : 40);
const idsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => `site-${String(i).padStart(3, "0")}`);

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seeded(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const toldBy = (world: World<HomeStores>, kind: string) =>
  world.sent.filter((message) => message.kind === kind);

async function log(
  world: World<HomeStores>,
  ids: readonly string[],
  at: number,
  mark: string,
): Promise<void> {
  for (const region of REGIONS)
    await world.stores.ticks.append(
      ids.flatMap((id) => recordAt(id, region, at, mark)),
      PLACE,
    );
}

/** Functions in several environments, and a queue that brings asked deliveries when their time has come. */
function fleet(world: World<HomeStores>, size: number) {
  const later: { at: number; text: string }[] = [];
  const handedOn: string[] = [];
  const make = (): Functions =>
    world.another({
      deliverAgain: async (org, afterMs) => {
        const text = JSON.stringify({ v: 1, type: "deliver", org });
        later.push({ at: world.clock.now() + afterMs + SECOND, text });
      },
      handOn: async (texts) => void handedOn.push(...texts),
    });
  const functions = Array.from({ length: size }, make);
  return {
    functions,
    later,
    /** Gives each function its share of the messages, all at once. */
    async give(texts: readonly string[]): Promise<void> {
      const shares = Map.groupBy(texts, (text) => functions[texts.indexOf(text) % functions.length]);
      const answers = await Promise.all([...shares].map(([one, share]) => one?.queue(...share)));
      expect(answers.flat()).toEqual([]);
    },
    /** A minute's round of the watchdog, with all that it hands on. */
    async watch(): Promise<void> {
      await functions[0]?.watchdog();
      for (const texts of chunksOf(handedOn.splice(0), 10)) await this.give(texts);
    },
    /** Delivers what was asked for until then. */
    async pass(until: number): Promise<void> {
      for (let next = later[0]; next !== undefined && next.at <= until; next = later[0]) {
        later.shift();
        world.clock.set(Math.max(next.at, world.clock.now()));
        await functions[0]?.queue(next.text);
      }
    },
  };
}

describe.each(homes)("a mass outage on $name", (home) => {
  const count = countFor(home);
  const ids = idsOf(count);

  /** All go down within 20 s of a minute, in three regions, by posts in any order to three functions at once. */
  async function allGoDown(seed: number) {
    const endpoints = ids.map((id) => endpointWith({}, MINUTE, id));
    const world = await home.open(endpoints, REGIONS);
    const aws = fleet(world, 3);
    await log(world, ids, START, "o");
    const posts = ids.flatMap((id) =>
      REGIONS.map((region): FailurePost => post(id, outcomeAt(region, START + MINUTE, "x"))),
    );
    const texts = chunksOf(shuffled(posts, seed), Math.ceil(posts.length / 30)).map((some) =>
      writeFailures(some),
    );
    for (const [second, some] of chunksOf(texts, 3).entries()) {
      world.clock.set(START + MINUTE + (second + 1) * 2 * SECOND);
      await aws.give(some);
    }
    await aws.pass(START + 2 * MINUTE);
    return { world, aws };
  }

  it.each([1, 2])(
    "is told in two messages at most, and so is the recovery (order %d)",
    { timeout: 60_000 },
    async (seed) => {
      const { world, aws } = await allGoDown(seed);
      expect(toldBy(world, "down").length).toBeLessThanOrEqual(2);
      const told = toldBy(world, "down")
        .map(({ title, body }) => `${title}\n${body}`)
        .join("\n");
      expect(ids.filter((id) => !told.includes(`Website ${id} is down`))).toEqual([]);
      expect(new Set(toldBy(world, "down").flatMap((message) => message.ids)).size).toBe(count);

      const recovered = ids.slice(0, count - 10);
      for (const minute of [2, 3]) {
        await log(world, recovered, START + minute * MINUTE, "o");
        await log(world, ids.slice(count - 10), START + minute * MINUTE, "x");
        world.clock.set(START + minute * MINUTE + 30 * SECOND);
        await aws.watch();
        await aws.pass(START + (minute + 1) * MINUTE);
      }
      await aws.pass(START + 5 * MINUTE);
      expect(toldBy(world, "up").length).toBeLessThanOrEqual(2);
      expect(
        toldBy(world, "up")
          .flatMap(({ websites }) => websites)
          .sort(),
      ).toEqual(recovered);
      expect(toldBy(world, "down").length).toBeLessThanOrEqual(2);
      expect(await world.stores.alerts.unsent("default", 10)).toEqual([]);
    },
  );
});

const one = endpointWith({ confirm: 1 });

describe.each(homes)("one endpoint on $name", (home) => {
  it("that two functions judge at once has one incident and one message", async () => {
    const world = await home.open([one], REGIONS);
    await log(world, ["shop"], START, "o");
    world.clock.set(START + MINUTE + SECOND);
    const text = (region: string) => writeFailures([post("shop", outcomeAt(region, START + MINUTE, "x"))]);
    const functions = [world, world.another(), world.another()];
    await Promise.all(REGIONS.map((region, i) => functions[i]?.queue(text(region), text("a"))));
    expect(world.sent.map(({ kind }) => kind)).toEqual(["down"]);
    const incidents = await world.stores.incidents.list({ org: "default", limit: 9 });
    expect(incidents).toHaveLength(1);
    expect(incidents[0]?.messages.map(({ effectId }) => effectId)).toEqual(world.sent[0]?.ids);
  });

  it("whose regions tick at 0, 7 and 20 s, two of them failing, is down once, at the post that completes the quorum", async () => {
    const world = await home.open([endpointWith()], REGIONS);
    const offsets = [0, 7 * SECOND, 20 * SECOND];
    const tickIn = async (slot: number, index: number, mark: string): Promise<void> => {
      const region = REGIONS[index] ?? "";
      const at = START + slot * MINUTE + (offsets[index] ?? 0);
      world.clock.set(at + SECOND);
      if (mark === "x") await world.queue(writeFailures([post("shop", outcomeAt(region, at, "x"))]));
      await world.stores.ticks.append(recordAt("shop", region, at, mark), PLACE);
    };
    const verdict = async () => (await world.stores.alerts.get("default", "shop"))?.value.verdict;
    for (const slot of [0, 1]) for (const index of [0, 1, 2]) await tickIn(slot, index, "o");
    await tickIn(2, 0, "o");
    await tickIn(2, 1, "x");
    expect([await verdict(), world.sent]).toEqual(["degraded", []]);
    await tickIn(2, 2, "x");
    expect([await verdict(), world.sent.map(({ kind, at }) => [kind, at])]).toEqual([
      "down",
      [["down", START + 2 * MINUTE + 21 * SECOND]],
    ]);
    for (const index of [0, 1, 2]) await tickIn(3, index, index === 0 ? "o" : "x");
    world.clock.set(START + 3 * MINUTE + 40 * SECOND);
    await world.watchdog();
    expect(world.sent).toHaveLength(1);
  });
});

/** Lets others run before every call, for a while that chance decides. */
function unhurried(alerts: AlertStore, seed: number): AlertStore {
  const random = seeded(seed);
  const pause = async (): Promise<void> => {
    for (let left = Math.floor(random() * 6); left > 0; left--) await new Promise(setImmediate);
  };
  return new Proxy(alerts, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function" || key === "troubled") return value;
      return async (...args: unknown[]) => {
        await pause();
        return Reflect.apply(value, target, args);
      };
    },
  });
}

describe("a failure that races the watchdog", () => {
  const sqlite = homes.filter(({ name }) => name === "SQLite");

  it.each(sqlite)(
    "tells each change once, whoever comes first (on $name)",
    { timeout: 60_000 },
    async (home) => {
      for (let seed = 1; seed <= 60; seed++) {
        const world = await home.open([one], REGIONS);
        await log(world, ["shop"], START, "o");
        world.clock.set(START + MINUTE + SECOND);
        await world.failure(REGIONS.map((region) => post("shop", outcomeAt(region, START + MINUTE, "x"))));
        for (const slot of [2, 3]) await log(world, ["shop"], START + slot * MINUTE, "o");
        world.clock.set(START + 3 * MINUTE + 40 * SECOND);
        const alerts = unhurried(world.stores.alerts, seed);
        const again = REGIONS.map((region) => post("shop", outcomeAt(region, START + 4 * MINUTE, "x")));
        await Promise.all([
          world.another({ alerts }).watchdog(),
          world.another({ alerts }).watchdog(),
          world.another({ alerts }).queue(writeFailures(again)),
        ]);
        world.clock.set(START + 5 * MINUTE + 10 * SECOND);
        await world.watchdog();
        const ids = world.sent.flatMap((message) => message.ids);
        expect(new Set(ids).size).toBe(ids.length);
        const incidents = await world.stores.incidents.list({ org: "default", limit: 9 });
        // The second failure came after the recovery was judged (another incident), or before (the same one).
        const kinds = world.sent.map(({ kind }) => kind).join();
        expect([kinds, incidents.length]).toEqual(incidents.length === 2 ? ["down,up,down", 2] : ["down", 1]);
        expect((await world.stores.alerts.get("default", "shop"))?.value.verdict).toBe("down");
      }
    },
  );
});
