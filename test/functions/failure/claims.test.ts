import { describe, expect, it } from "vitest";
import { closeFor } from "../../../lib/core/alert/lifecycle.ts";
import { isClaimed } from "../../../lib/core/alert/pending.ts";
import { policyOf } from "../../../lib/core/alert/policy.ts";
import type { AlertState } from "../../../lib/core/alert/state.ts";
import { initialState } from "../../../lib/core/alert/step.ts";
import { endpointWith, MINUTE, outcomeAt, play, SECOND, START } from "../../lib/core/alert/play.ts";
import { troubledIn } from "../../support/troubled.ts";
import { playRows, post, type World, worldOf } from "./world.ts";

const shop = endpointWith({ confirm: 1 });
const failures = (id: string) =>
  post(
    id,
    [START, START + MINUTE].flatMap((at) => outcomeAt("paris", at, "x")),
  );

const stateOf = async (world: World, id = "shop") => {
  const stored = await world.stores.alerts.get("default", id);
  if (stored === null) throw new Error("no state");
  return stored;
};

const claimsIn = ({ effects }: AlertState) =>
  effects.filter((one) => one.do === "notify").map(({ claim }) => claim);

describe("a message that is being sent", () => {
  it("is claimed by its sender for 30 s, and free again when that could not send it", async () => {
    const world = await worldOf([shop]);
    const at = START + MINUTE;
    const seen: ReturnType<typeof claimsIn> = [];
    world.sabotage.push(async () => {
      seen.push(...claimsIn((await stateOf(world)).value));
      throw new Error("channel closed");
    });
    world.clock.set(at);
    await world.failure([failures("shop")]);
    expect(seen).toEqual([{ by: expect.stringMatching(/./), until: at + 30 * SECOND }]);
    world.clock.set(at + 29_999);
    expect(await world.another().watchdog()).toMatchObject({ pending: true });
    expect(world.sent).toEqual([]);
    world.clock.set(at + 30_000);
    expect(await world.another().watchdog()).toMatchObject({ pending: false });
    expect(world.sent).toHaveLength(1);
  });

  it("stays claimed for those whose clocks are seconds behind", () => {
    const [effect] = play({ rows: { a: "oxx" } }).state.effects;
    if (effect === undefined) throw new Error("no effect");
    const claimed = { ...effect, claim: { by: "me", until: START + 30 * SECOND } };
    expect(isClaimed(claimed, START - 20 * SECOND)).toBe(true);
    expect(isClaimed(claimed, START - 60 * SECOND)).toBe(true);
    expect(isClaimed(claimed, START - 61 * SECOND)).toBe(false);
  });
});

describe("a digest", () => {
  it("is noted in each incident by its own effect only", async () => {
    const world = await worldOf([shop, endpointWith({ confirm: 1 }, MINUTE, "blog")]);
    world.clock.set(START + MINUTE);
    await world.failure([failures("shop"), failures("blog")]);
    expect(world.sent.map(({ websites }) => websites)).toEqual([["blog", "shop"]]);
    for (const id of ["shop", "blog"]) {
      const { incident } = (await stateOf(world, id)).value;
      expect(incident?.messages.map(({ effectId }) => effectId)).toEqual([`${incident?.id}/down.1`]);
    }
  });
});

describe("judging again", () => {
  it("writes nothing where nothing changed", async () => {
    const world = await worldOf([shop]);
    await playRows(world, "shop", { paris: "oxx" });
    const { version } = await stateOf(world);
    await world.watchdog();
    await world.failure([post("shop", outcomeAt("paris", START + 2 * MINUTE, "x"))]);
    expect((await stateOf(world)).version).toBe(version);
  });

  const remove = async (world: World) => {
    const stored = await world.stores.endpoints.get("default", "shop");
    await world.stores.endpoints.remove("default", "shop", stored?.version ?? 0);
  };

  it("leaves the state of a deleted endpoint alone once nothing is open", async () => {
    const world = await worldOf([shop]);
    await playRows(world, "shop", { paris: "oxxoo" });
    const { version } = await stateOf(world);
    await remove(world);
    world.clock.set(START + 5 * MINUTE);
    await world.failure([post("shop", outcomeAt("paris", START + 5 * MINUTE, "x"))]);
    expect((await stateOf(world)).version).toBe(version);
  });

  it("ends the flapping period of a deleted endpoint: nobody looks at it for ever", async () => {
    const world = await worldOf([shop]);
    await playRows(world, "shop", { paris: "oxxooxxoo" });
    expect((await stateOf(world)).value).toMatchObject({
      verdict: "up",
      flapping: { since: expect.any(Number) },
    });
    await remove(world);
    world.clock.set(START + 10 * MINUTE);
    await world.watchdog();
    expect(await troubledIn(world.stores.alerts)).toEqual([]);
  });
});

describe("closing", () => {
  it("keeps the record of an incident that had ended before", () => {
    const { state } = play({ rows: { a: "oxxoo" }, alert: { confirm: 1 } });
    expect(state.incident).toBeNull();
    const kept = closeFor(state, "deleted", START + 9 * MINUTE).effects;
    expect(kept.map((effect) => (effect.do === "record" ? "record" : effect.kind))).toEqual([
      "record",
      "down",
      "up",
    ]);
    expect(closeFor(initialState(policyOf(shop, ["a"])), "deleted", START).effects).toEqual([]);
  });

  it("never ends an incident before it began", () => {
    const { state } = play({ rows: { a: "oxx" } });
    const ended = (now: number) =>
      closeFor(state, "edited", now).effects.flatMap((effect) =>
        effect.do === "record" ? [effect.incident.endedAt] : [],
      );
    expect(ended(START)).toEqual([state.incident?.startedAt]);
    expect(ended(START + 9 * MINUTE)).toEqual([START + 9 * MINUTE]);
  });
});
