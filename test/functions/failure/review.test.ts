import { describe, expect, it } from "vitest";
import { closeFor } from "../../../lib/core/alert/lifecycle.ts";
import { policyOf } from "../../../lib/core/alert/policy.ts";
import { Unavailable } from "../../../lib/core/errors.ts";
import type { AlertStore, FailurePost, IncidentLog } from "../../../lib/core/ports.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "../../lib/core/alert/play.ts";
import { playRows, post, recordAt, type World, worldOf } from "./world.ts";

const refuse = () => Promise.reject(new Error("too large"));
const gone = () => Promise.reject(new Unavailable("gone"));
const titles = (world: World) => world.sent.map(({ title }) => title.split(".")[0]);
const stateOf = async (world: World, org = "default", id = "shop") => {
  const stored = await world.stores.alerts.get(org, id);
  if (stored === null) throw new Error("no state");
  return stored;
};

/** A store of which some methods are others. */
const replacing = <T extends object>(store: T, methods: Partial<T>): T => ({ ...store, ...methods });

/** One failure after another of endpoints with `confirm: 1`: down at the second. */
const failures = (id: string, org = "default"): FailurePost => ({
  org,
  endpointId: id,
  outcomes: [START, START + MINUTE].flatMap((at) => outcomeAt("paris", at, "x")),
});

const shop = endpointWith({ confirm: 1 });
const blog = endpointWith({ confirm: 1 }, MINUTE, "blog");
const rival = { ...endpointWith({ confirm: 1 }, MINUTE, "rival"), org: "rival" };

describe("a batch that fails in the middle", () => {
  it("keeps the rest: another organization's failures are judged and told", async () => {
    const world = await worldOf([shop, rival]);
    world.clock.set(START + MINUTE);
    const alerts = replacing<AlertStore>(world.stores.alerts, {
      getMany: (org, ids) => (org === "default" ? gone() : world.stores.alerts.getMany(org, ids)),
    });
    const posts = [failures("shop"), failures("rival", "rival")];
    await expect(world.another({ alerts }).failure(posts)).rejects.toThrow(Unavailable);
    expect(titles(world)).toEqual(["Website rival is down"]);
    await world.failure(posts);
    expect(titles(world)).toEqual(["Website rival is down", "Website shop is down"]);
  });

  it("keeps the rest: an endpoint that can't be judged holds back no other of its organization", async () => {
    const maintenance = [{ start: "2026-11-20T02:00", durationMs: MINUTE, timeZone: "Mars/Olympus" }];
    const world = await worldOf([endpointWith({ confirm: 1, maintenance }), blog]);
    world.clock.set(START + MINUTE);
    await expect(world.failure([failures("shop"), failures("blog")])).rejects.toMatchObject({
      code: "judgement_failed",
      message: expect.stringMatching(/^Endpoint shop could not be judged \(.*Mars/),
      cause: expect.any(RangeError),
    });
    expect(titles(world)).toEqual(["Website blog is down"]);
  });

  it("keeps the rest in the watchdog too: it recovers and delivers what it can", async () => {
    const world = await worldOf([shop, blog]);
    await playRows(world, "shop", { paris: "oxx" });
    await playRows(world, "blog", { paris: "oxx" });
    const stored = await world.stores.endpoints.get("default", "shop");
    const maintenance = [{ start: "2026-11-20T02:00", durationMs: MINUTE, timeZone: "Mars/Olympus" }];
    await world.stores.endpoints.put(endpointWith({ confirm: 1, maintenance }), "file", stored?.version ?? 0);
    for (const slot of [3, 4])
      await world.stores.ticks.append(recordAt("blog", "paris", START + slot * MINUTE, "o"));
    world.clock.set(START + 4 * MINUTE + SECOND);
    await expect(world.watchdog()).rejects.toThrow(/shop.*could not be judged/);
    expect(titles(world).at(-1)).toBe("Website blog is up");
  });
});

describe("an edit in the middle of a judgement", () => {
  it("is not answered by the old address's failures", async () => {
    const world = await worldOf([shop]);
    await playRows(world, "shop", { paris: "ox" });
    expect(titles(world)).toEqual(["Website shop is down"]);
    const edited = { ...shop, url: "https://repaired.test/" };
    let edits = 0;
    const getMany: World["stores"]["endpoints"]["getMany"] = async (org, ids) => {
      const read = await world.stores.endpoints.getMany(org, ids);
      if (edits++ > 0) return read;
      await world.stores.endpoints.put(edited, "file", read.get("shop")?.version ?? 0);
      const { value, version } = await stateOf(world);
      const closed = closeFor(value, "edited", world.clock.now(), policyOf(edited, ["paris"]).revision);
      await world.stores.alerts.putMany([{ state: closed, expected: version }]);
      return read;
    };
    world.clock.set(START + 2 * MINUTE + SECOND);
    await world
      .another({ endpoints: { getMany } })
      .failure([post("shop", outcomeAt("paris", START + 2 * MINUTE, "x"))]);
    expect(titles(world)).toEqual(["Website shop is down"]);
    const incidents = await world.stores.incidents.list({ org: "default", limit: 9 });
    expect(incidents.map(({ closed }) => closed)).toEqual(["edited"]);
  });
});

describe("delivering", () => {
  it("claims again what somebody judged in between: the first message goes at once", async () => {
    const world = await worldOf([shop]);
    let others = 0;
    const alerts = replacing<AlertStore>(world.stores.alerts, {
      putMany: async (writes) => {
        const claiming = writes.some(({ state }) => state.effects.some(({ claim }) => claim !== null));
        if (claiming && others++ === 0) {
          const { value, version } = await stateOf(world);
          await world.stores.alerts.putMany([{ state: { ...value, since: value.since }, expected: version }]);
        }
        return world.stores.alerts.putMany(writes);
      },
    });
    world.clock.set(START + MINUTE);
    await world.another({ alerts }).failure([failures("shop")]);
    expect(others).toBeGreaterThan(0);
    expect(titles(world)).toEqual(["Website shop is down"]);
    expect((await stateOf(world)).value.effects).toEqual([]);
  });

  it("of one organization is not held up by another's gate that can't be reached", async () => {
    const world = await worldOf([shop, rival]);
    world.clock.set(START + MINUTE);
    const alerts = replacing<AlertStore>(world.stores.alerts, {
      openGate: (org, kind, now, until) =>
        org === "default" ? gone() : world.stores.alerts.openGate(org, kind, now, until),
    });
    const posts = [failures("shop"), failures("rival", "rival")];
    await expect(world.another({ alerts }).failure(posts)).rejects.toThrow(Unavailable);
    expect(titles(world)).toEqual(["Website rival is down"]);
  });

  it("is not held up by an incident log that takes one record not", async () => {
    const world = await worldOf([shop, blog]);
    world.clock.set(START + MINUTE);
    const incidents = replacing<IncidentLog>(world.stores.incidents, {
      put: (incident) => (incident.endpointId === "blog" ? refuse() : world.stores.incidents.put(incident)),
    });
    await expect(world.another({ incidents }).failure([failures("shop"), failures("blog")])).rejects.toThrow(
      "too large",
    );
    expect(world.sent.flatMap(({ websites }) => websites).sort()).toEqual(["blog", "shop"]);
    const open = async () =>
      (await world.stores.incidents.list({ org: "default", limit: 9 })).map(({ endpointId }) => endpointId);
    expect(await open()).toEqual(["shop"]);
    await world.watchdog();
    expect((await open()).sort()).toEqual(["blog", "shop"]);
    expect(world.sent).toHaveLength(1);
  });

  it("goes on while the incident log is out of reach, which is asked once only", async () => {
    const world = await worldOf([shop, blog]);
    world.clock.set(START + MINUTE);
    let asked = 0;
    const put = () => {
      asked++;
      return gone();
    };
    const incidents = replacing<IncidentLog>(world.stores.incidents, { put });
    const other = world.another({ incidents });
    await expect(other.failure([failures("shop"), failures("blog")])).rejects.toThrow(Unavailable);
    expect(asked).toBe(1);
    expect(world.sent.flatMap(({ websites }) => websites).sort()).toEqual(["blog", "shop"]);
    await world.watchdog();
    expect(await world.stores.incidents.list({ org: "default", limit: 9 })).toHaveLength(2);
  });

  it("takes a claim that reaches further than any can as one of a clock that was set back", async () => {
    const world = await worldOf([shop]);
    world.sabotage.push(gone);
    world.clock.set(START + MINUTE);
    await world.failure([failures("shop")]);
    const { value, version } = await stateOf(world);
    const effects = value.effects.map((effect) => ({
      ...effect,
      claim: { by: "ahead", until: START + 600 * MINUTE },
    }));
    await world.stores.alerts.putMany([{ state: { ...value, effects }, expected: version }]);
    world.clock.set(START + 2 * MINUTE);
    await world.watchdog();
    expect(titles(world)).toEqual(["Website shop is down"]);
  });
});

describe("an endpoint edited or deleted after it recovered", () => {
  it.each(["edited", "deleted"] as const)(
    "%s: the recovery of what was announced is still sent",
    async (how) => {
      const world = await worldOf([shop]);
      await playRows(world, "shop", { paris: "oxxo" });
      world.sabotage.push(gone);
      await playRows(world, "shop", { paris: "o" }, 4);
      expect(titles(world)).toEqual(["Website shop is down"]);
      if (how === "deleted") {
        const stored = await world.stores.endpoints.get("default", "shop");
        await world.stores.endpoints.remove("default", "shop", stored?.version ?? 0);
      }
      const { value, version } = await stateOf(world);
      const closed = closeFor(value, how, world.clock.now());
      await world.stores.alerts.putMany([{ state: closed, expected: version }]);
      world.clock.set(START + 6 * MINUTE);
      await world.watchdog();
      expect(titles(world)).toEqual(["Website shop is down", "Website shop is up"]);
      const after = await stateOf(world);
      await world.watchdog();
      expect((await stateOf(world)).version).toBe(after.version);
    },
  );
});

describe("the gate of an organization and kind", () => {
  const site = (n: number, org = "default") => ({
    ...endpointWith({ confirm: 1 }, MINUTE, `site-${n}`),
    org,
  });

  it("lets the first message through at once, and what comes meanwhile as one digest when it ends", async () => {
    const world = await worldOf([...[1, 2, 3].map((n) => site(n)), site(4, "rival")]);
    const failAt = async (afterMs: number, n: number, org = "default") => {
      world.clock.set(START + MINUTE + afterMs);
      await world.failure([failures(`site-${n}`, org)]);
      return world.sent.map(({ websites }) => websites.join());
    };
    expect(await failAt(0, 1)).toEqual(["site-1"]);
    expect(await failAt(10 * SECOND, 2)).toEqual(["site-1"]);
    expect(await failAt(15 * SECOND, 4, "rival")).toEqual(["site-1", "site-4"]);
    expect(await failAt(29_999, 3)).toEqual(["site-1", "site-4"]);
    world.clock.set(START + MINUTE + 30 * SECOND);
    expect(await world.watchdog()).toMatchObject({ pending: false });
    expect(world.sent.map(({ websites }) => websites.join())).toEqual(["site-1", "site-4", "site-2,site-3"]);
    expect(world.sent.at(-1)?.title).toBe("2 websites are down: site-2, site-3");
  });

  it("holds up no other kind", async () => {
    const world = await worldOf([site(1), site(2)]);
    await playRows(world, "site-1", { paris: "oxxo" });
    const at = START + 4 * MINUTE;
    await world.stores.ticks.append(recordAt("site-1", "paris", at, "o"));
    world.clock.set(at + SECOND);
    await world.failure([
      { ...failures("site-2"), outcomes: [at - MINUTE, at].flatMap((t) => outcomeAt("paris", t, "x")) },
    ]);
    await world.watchdog();
    expect(titles(world)).toEqual([
      "Website site-1 is down",
      "Website site-2 is down",
      "Website site-1 is up",
    ]);
  });
});

describe("what an incident keeps of its messages", () => {
  it("is the latest fifty inside, all of them in the log, each once", async () => {
    const world = await worldOf([endpointWith({ confirm: 1, reminderEveryMs: MINUTE })]);
    await playRows(world, "shop", { paris: `o${"x".repeat(60)}` });
    expect(world.sent).toHaveLength(60);
    const { incident } = (await stateOf(world)).value;
    expect(incident?.messages).toHaveLength(50);
    expect(incident?.messages.at(-1)?.effectId).toBe(world.sent.at(-1)?.ids[0]);
    await playRows(world, "shop", { paris: "oo" }, 61);
    const logged = await world.stores.incidents.get("default", incident?.id ?? "");
    expect(logged?.closed).toBe("recovered");
    expect(logged?.messages.map(({ effectId }) => effectId)).toEqual(world.sent.flatMap(({ ids }) => ids));
    expect(logged?.messages.every(({ deliveries }) => deliveries[0]?.ok)).toBe(true);
  });
});
