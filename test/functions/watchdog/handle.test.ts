import { describe, expect, it } from "vitest";
import { makeRun } from "../../../functions/watchdog/run.ts";
import { readQueueMessage } from "../../../lib/core/alert/queue-message.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { AlertStore, TroubledEndpoint } from "../../../lib/core/ports.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "../../lib/core/alert/play.ts";
import { post, recordAt, type World, worldOf } from "../failure/world.ts";

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `site-${i}`);
const sites = (count: number) => idsOf(count).map((id) => endpointWith({ confirm: 1 }, MINUTE, id));

/** All are down, and told of. */
async function allDown(count: number): Promise<World> {
  const world = await worldOf(sites(count));
  const outcomes = [START, START + MINUTE].flatMap((at) => outcomeAt("paris", at, "x"));
  world.clock.set(START + MINUTE + SECOND);
  await world.failure(idsOf(count).map((id) => post(id, outcomes)));
  return world;
}

/** The log says that all recovered. */
async function allRecover(world: World, count: number): Promise<void> {
  for (const slot of [2, 3])
    await world.stores.ticks.append(
      idsOf(count).flatMap((id) => recordAt(id, "paris", START + slot * MINUTE, "o")),
    );
  world.clock.set(START + 3 * MINUTE + 2 * SECOND);
}

/** A store that answers who is troubled in pages of this size. */
const paged = (alerts: AlertStore, size: number): AlertStore =>
  Object.assign(Object.create(alerts), {
    async *troubled(): AsyncIterable<TroubledEndpoint[]> {
      for await (const all of alerts.troubled())
        for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
    },
  }) as AlertStore; // everything else is the store's own, by its prototype

function handingOn(world: World, pageSize = 60) {
  const messages: string[] = [];
  const { watchdog } = world.another({
    alerts: paged(world.stores.alerts, pageSize),
    handOn: async (more) => void messages.push(...more),
  });
  return { watchdog, messages };
}

describe("with somebody to hand on to", () => {
  it("judges little by itself, though it comes in several pages", async () => {
    const world = await allDown(100);
    await allRecover(world, 100);
    const { watchdog, messages } = handingOn(world);
    expect(await watchdog()).toEqual({ pending: false, oldestAt: null });
    expect(messages).toEqual([]);
    expect(world.sent.map(({ kind }) => kind)).toEqual(["down", "up"]);
  });

  it("hands on what is more, all of it, in the order of the pages, and judges none of it", async () => {
    const world = await allDown(161);
    await allRecover(world, 161);
    const { watchdog, messages } = handingOn(world);
    await watchdog();
    expect(world.sent.map(({ kind }) => kind)).toEqual(["down"]);
    const looks = messages.map((text) => readQueueMessage(text));
    const ids = looks.flatMap((look) => (look.type === "look" && look.org === "default" ? look.ids : []));
    expect(ids).toEqual(idsOf(161).sort());
    expect(looks).toHaveLength(2);
    expect(await world.queue(...messages)).toEqual([]);
    expect(world.sent.map(({ kind }) => kind)).toEqual(["down", "up"]);
    expect(world.sent[1]?.ids).toHaveLength(161);
  });

  it("no message holds two organizations, or more than 150 endpoints", async () => {
    const world = await worldOf([]);
    const page = [...idsOf(320), ...idsOf(3)].map((endpointId, i) => ({
      org: i < 320 ? "default" : "rival",
      endpointId,
    }));
    const messages: string[] = [];
    const alerts = Object.assign(Object.create(world.stores.alerts), {
      async *troubled() {
        yield page;
      },
    }) as AlertStore; // everything else is the store's own, by its prototype
    await world.another({ alerts, handOn: async (more) => void messages.push(...more) }).watchdog();
    const sizes = messages.map((text) => {
      const look = readQueueMessage(text);
      return look.type === "look" ? [look.org, look.ids.length] : [];
    });
    expect(sizes).toEqual([
      ["default", 150],
      ["default", 150],
      ["default", 20],
      ["rival", 3],
    ]);
  });

  it("forgets nobody who is up again with something unsent", async () => {
    const world = await worldOf(sites(101));
    for (const id of idsOf(101)) await world.stores.ticks.append(recordAt(id, "paris", START, "o"));
    world.clock.set(START + MINUTE + SECOND);
    world.sabotage.push(() => Promise.reject(new Error("channel closed")));
    await world.failure(idsOf(101).map((id) => post(id, outcomeAt("paris", START + MINUTE, "x"))));
    await allRecover(world, 101);
    const { watchdog, messages } = handingOn(world);
    const left = await watchdog();
    expect(left).toEqual({ pending: true, oldestAt: START + MINUTE + SECOND });
    expect(await world.queue(...messages)).toEqual([]);
    expect(world.sent.map(({ kind, ids }) => [kind, ids.length])).toEqual([
      ["down", 101],
      ["up", 101],
    ]);
    expect(await handingOn(world).watchdog()).toEqual({ pending: false, oldestAt: null });
  });

  it("whose queue is away fails, and asks again with the next run", async () => {
    const world = await allDown(101);
    const alerts = paged(world.stores.alerts, 60);
    const away = world.another({ alerts, handOn: () => Promise.reject(new Unavailable("no queue")) });
    await expect(away.watchdog()).rejects.toThrow("no queue");
    const { watchdog, messages } = handingOn(world);
    await watchdog();
    expect(messages).toHaveLength(1);
  });
});

describe("pages that end in the middle", () => {
  it("are no reason not to deliver what was judged", async () => {
    const world = await allDown(2);
    await allRecover(world, 2);
    const alerts = Object.assign(Object.create(world.stores.alerts), {
      async *troubled() {
        yield* world.stores.alerts.troubled();
        throw new Unavailable("throttled");
      },
    }) as AlertStore; // everything else is the store's own, by its prototype
    await expect(world.another({ alerts }).watchdog()).rejects.toThrow("throttled");
    expect(world.sent.map(({ kind }) => kind)).toEqual(["down", "up"]);
  });
});

describe("what is told of a run", () => {
  const running = (world: World, heartbeat: () => Promise<void>, alerts = world.stores.alerts) => {
    const metrics: [string, number][] = [];
    const run = makeRun({
      ...world.stores,
      alerts,
      clock: world.clock,
      regions: ["paris"],
      holder: "me",
      notifier: { send: async () => Promise.reject(new Unavailable("SNS is throttled")) },
      onFault: (error) => world.faults.push(error),
      metric: (name, value) => metrics.push([name, value]),
      heartbeat,
    });
    return { run, metrics };
  };

  it("is how old the oldest unsent message is, and nothing when there is none; and a heartbeat", async () => {
    const world = await worldOf([endpointWith({ confirm: 1 })]);
    let beats = 0;
    const { run, metrics } = running(world, async () => void beats++);
    await run();
    world.sabotage.push(() => Promise.reject(new Unavailable("SNS is throttled")));
    await world.stores.ticks.append(recordAt("shop", "paris", START, "o"));
    world.clock.set(START + MINUTE + SECOND);
    await world.failure([post("shop", outcomeAt("paris", START + MINUTE, "x"))]);
    world.clock.set(START + 5 * MINUTE + SECOND);
    await run();
    expect(metrics).toEqual([["OldestUnsentSeconds", 240]]);
    expect(beats).toBe(2);
  });

  it("is no heartbeat after a run that failed", async () => {
    const world = await worldOf([]);
    let beats = 0;
    const alerts = Object.assign(Object.create(world.stores.alerts), {
      async *troubled() {
        yield await Promise.reject(new Unavailable("throttled"));
      },
    }) as AlertStore; // everything else is the store's own, by its prototype
    const { run, metrics } = running(world, async () => void beats++, alerts);
    await expect(run()).rejects.toThrow("throttled");
    expect(metrics).toEqual([]);
    expect(beats).toBe(0);
  });

  it("is a fault, but no failure, when nobody takes the heartbeat", async () => {
    const world = await worldOf([]);
    await running(world, () => Promise.reject(new Error("gone"))).run();
    expect(world.faults).toMatchObject([{ message: "gone" }]);
  });
});
