import { describe, expect, it } from "vitest";
import { writeFailures } from "../../../lib/core/alert/post.ts";
import { readQueueMessage, writeDeliver, writeLook } from "../../../lib/core/alert/queue-message.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { AlertStore, FailurePost, TickLog } from "../../../lib/core/ports.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "../../lib/core/alert/play.ts";
import { playRows, post, recordAt, type World, worldOf } from "./world.ts";

const site = (n: number, org = "default") => ({ ...endpointWith({ confirm: 1 }, MINUTE, `site-${n}`), org });

const failing = (n: number, org = "default", at = START + MINUTE): FailurePost => ({
  ...post(
    `site-${n}`,
    [at - MINUTE, at].flatMap((tick) => outcomeAt("paris", tick, "x")),
  ),
  org,
});

const failures = (...posts: FailurePost[]) => writeFailures(posts);
const websites = (world: World) => world.sent.map((message) => message.websites.join());

/** The store with some of its methods replaced. */
const replacing = <T extends object>(store: T, methods: Partial<T>): T =>
  Object.assign(Object.create(store), methods) as T; // everything else is the store's own, by its prototype

describe("a batch of the failures queue", () => {
  it("is judged together: one call of the rule for an endpoint, one message for all", async () => {
    const world = await worldOf([site(1), site(2)]);
    world.clock.set(START + MINUTE + SECOND);
    const [first, second] = [START, START + MINUTE].map((at) => post("site-1", outcomeAt("paris", at, "x")));
    if (first === undefined || second === undefined) throw new Error("two posts");
    expect(await world.queue(failures(second), failures(failing(2)), failures(first))).toEqual([]);
    expect(websites(world)).toEqual(["site-1,site-2"]);
    expect(world.sent[0]?.title).toBe("2 websites are down: site-1, site-2");
  });

  it("that comes again, whole or in part, changes nothing", async () => {
    const world = await worldOf([site(1), site(2)]);
    world.clock.set(START + MINUTE + SECOND);
    const batch = [failures(failing(1)), failures(failing(2))];
    await world.queue(...batch);
    const before = await world.stores.alerts.getMany("default", ["site-1", "site-2"]);
    expect(await world.queue(...batch)).toEqual([]);
    expect(await world.another().queue(batch[1] ?? "")).toEqual([]);
    expect(await world.stores.alerts.getMany("default", ["site-1", "site-2"])).toEqual(before);
    expect(world.sent).toHaveLength(1);
  });

  it("gives back what can't be read, and that alone", async () => {
    const world = await worldOf([site(1)]);
    world.clock.set(START + MINUTE + SECOND);
    const strange = [
      "{",
      "null",
      JSON.stringify({ v: 2, type: "deliver", org: "default" }),
      JSON.stringify({ v: 1, type: "deliver", org: "default", soon: true }),
      JSON.stringify({ v: 1, type: "ticks" }),
      JSON.stringify({ v: 1, type: "look", org: "default", ids: [] }),
    ];
    expect(await world.queue(...strange, failures(failing(1)))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(websites(world)).toEqual(["site-1"]);
    expect(world.faults).toHaveLength(strange.length);
    expect(world.faults[0]).toMatchObject({ code: "bad_message" });
  });

  it("gives back what belongs to an organization whose state is out of reach, and does the rest", async () => {
    const world = await worldOf([site(1), site(2, "rival")]);
    world.clock.set(START + MINUTE + SECOND);
    const alerts = replacing<AlertStore>(world.stores.alerts, {
      getMany: (org, ids) =>
        org === "rival"
          ? Promise.reject(new Unavailable("throttled"))
          : world.stores.alerts.getMany(org, ids),
    });
    const both = failures(failing(1), failing(2, "rival"));
    const batch = [failures(failing(1)), failures(failing(2, "rival")), both, writeDeliver("default")];
    expect(await world.another({ alerts }).queue(...batch)).toEqual([1, 2]);
    expect(websites(world)).toEqual(["site-1"]);
    expect(await world.queue(batch[1] ?? "", both)).toEqual([]);
    expect(websites(world)).toEqual(["site-1", "site-2"]);
  });

  it("gives back only those that hold an endpoint which can't be judged", async () => {
    const maintenance = [{ start: "2026-11-20T02:00", durationMs: MINUTE, timeZone: "Mars/Olympus" }];
    const world = await worldOf([
      { ...site(1), alert: { confirm: 1, maintenance } },
      site(2),
      site(3, "rival"),
    ]);
    world.clock.set(START + MINUTE + SECOND);
    const batch = [
      failures(failing(2)),
      failures(failing(2), failing(1)),
      failures(failing(3, "rival")),
      writeLook("default", ["site-2"]),
      writeLook("default", ["site-2", "site-1"]),
      writeDeliver("default"),
    ];
    expect(await world.queue(...batch)).toEqual([1, 4]);
    expect(websites(world).sort()).toEqual(["site-2", "site-3"]);
  });

  it("gives back nothing when only the channel is closed: the effect waits for the watchdog", async () => {
    const world = await worldOf([site(1)]);
    world.sabotage.push(() => Promise.reject(new Unavailable("SNS is throttled")));
    world.clock.set(START + MINUTE + SECOND);
    const left: number[] = [];
    const other = world.another({ onLeft: (oldestAt) => left.push(oldestAt ?? 0) });
    expect(await other.queue(failures(failing(1)))).toEqual([]);
    expect(left).toEqual([START + MINUTE + SECOND]);
    expect(world.faults).toHaveLength(1);
    world.clock.set(START + 2 * MINUTE);
    await world.watchdog();
    expect(websites(world)).toEqual(["site-1"]);
  });

  it("holds up no organization for another's slow channel", async () => {
    const world = await worldOf([site(1), site(2, "rival")]);
    world.clock.set(START + MINUTE + SECOND);
    const stuck = Promise.withResolvers<never[]>();
    world.sabotage.push(() => {
      setImmediate(() => void rival());
      return stuck.promise;
    });
    /** Ends the wait only once the other was told. */
    async function rival(): Promise<void> {
      while (world.sent.length === 0) await new Promise(setImmediate);
      stuck.resolve([]);
    }
    expect(await world.queue(failures(failing(1), failing(2, "rival")))).toEqual([]);
    expect(websites(world)).toEqual(["site-2"]);
  });
});

describe("a look", () => {
  it("judges by the tick log alone and sends what comes of it", async () => {
    const world = await worldOf([site(1), site(2)]);
    for (const id of ["site-1", "site-2"]) await playRows(world, id, { paris: "oxx" });
    for (const id of ["site-1", "site-2"])
      for (const slot of [3, 4])
        await world.stores.ticks.append(recordAt(id, "paris", START + slot * MINUTE, "o"));
    world.clock.set(START + 5 * MINUTE);
    expect(await world.queue(writeLook("default", ["site-1"]), writeLook("default", ["site-2"]))).toEqual([]);
    expect(world.sent.at(-1)?.title).toBe("2 websites are up: site-1, site-2");
  });

  it("of what was posted in the same batch leaves the post its say", async () => {
    const world = await worldOf([site(1)]);
    world.clock.set(START + MINUTE + SECOND);
    await world.queue(failures(failing(1)), writeLook("default", ["site-1"]));
    expect(websites(world)).toEqual(["site-1"]);
  });
});

describe("a gate", () => {
  const asks: { org: string; afterMs: number }[] = [];
  const deliverAgain = async (org: string, afterMs: number): Promise<void> => {
    asks.push({ org, afterMs });
  };

  it("asks for the delivery that ends it, and by that everything goes that came meanwhile", async () => {
    const world = await worldOf([1, 2, 3].map((n) => site(n)));
    asks.length = 0;
    const aws = world.another({ deliverAgain });
    for (const n of [1, 2, 3]) {
      world.clock.set(START + MINUTE + n * 5 * SECOND);
      await aws.queue(failures(failing(n)));
    }
    expect(websites(world)).toEqual(["site-1"]);
    expect(asks).toEqual([{ org: "default", afterMs: 30 * SECOND }]);
    world.clock.set(START + MINUTE + 5 * SECOND + 31 * SECOND);
    expect(await world.another({ deliverAgain }).queue(writeDeliver("default"))).toEqual([]);
    expect(websites(world)).toEqual(["site-1", "site-2,site-3"]);
    expect(asks).toHaveLength(2);
    world.clock.set(world.clock.now() + 31 * SECOND);
    expect(await aws.queue(writeDeliver("default"), writeDeliver("default"))).toEqual([]);
    expect(asks).toHaveLength(2);
  });

  it("whose end is never told loses nothing: the watchdog sends it", async () => {
    const world = await worldOf([site(1), site(2)]);
    const never = world.another({ deliverAgain: () => Promise.reject(new Unavailable("no queue")) });
    world.clock.set(START + MINUTE + SECOND);
    await never.queue(failures(failing(1)));
    world.clock.set(START + MINUTE + 2 * SECOND);
    expect(await never.queue(failures(failing(2)))).toEqual([]);
    expect(world.faults).toEqual([expect.any(Unavailable)]);
    world.clock.set(START + 2 * MINUTE);
    await world.watchdog();
    expect(websites(world)).toEqual(["site-1", "site-2"]);
  });
});

describe("reading the tick log", () => {
  it("happens once for all posts of a batch", async () => {
    const world = await worldOf([site(1), site(2)]);
    world.clock.set(START + MINUTE + SECOND);
    const asked: (readonly string[])[] = [];
    const ticks: Pick<TickLog, "outcomes"> = {
      outcomes: (org, ids, since, until) => {
        asked.push(ids);
        return world.stores.ticks.outcomes(org, ids, since, until);
      },
    };
    await world.another({ ticks }).queue(failures(failing(1)), failures(failing(2)), failures(failing(1)));
    expect(asked).toEqual([["site-1", "site-2"]]);
  });
});

it("what is written is read back", () => {
  expect(readQueueMessage(writeLook("acme", ["a"]))).toEqual({ v: 1, type: "look", org: "acme", ids: ["a"] });
  expect(readQueueMessage(writeDeliver("acme"))).toEqual({ v: 1, type: "deliver", org: "acme" });
});
