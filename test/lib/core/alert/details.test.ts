import { describe, expect, it } from "vitest";
import { makeAttempts } from "../../../../lib/core/alert/attempts.ts";
import { compose } from "../../../../lib/core/alert/compose.ts";
import { deliver } from "../../../../lib/core/alert/deliver.ts";
import type { Effect, NotifyEffect } from "../../../../lib/core/alert/effect.ts";
import { evaluate } from "../../../../lib/core/alert/evaluate.ts";
import { isOver, noteChange } from "../../../../lib/core/alert/flapping.ts";
import { closeFor } from "../../../../lib/core/alert/lifecycle.ts";
import { withEffect, withRecord } from "../../../../lib/core/alert/pending.ts";
import { policyOf } from "../../../../lib/core/alert/policy.ts";
import { type AlertState, isTroubled } from "../../../../lib/core/alert/state.ts";
import { initialState, step } from "../../../../lib/core/alert/step.ts";
import { mergeTicks } from "../../../../lib/core/availability/merge.ts";
import { Unavailable } from "../../../../lib/core/errors.ts";
import { bodyOf } from "../../../../lib/core/incident/evidence.ts";
import { smsOf } from "../../../../lib/core/incident/fit.ts";
import { worldOf } from "../../../functions/failure/world.ts";
import { endpointWith, HOUR, MINUTE, outcomeAt, play, START } from "./play.ts";

const message = (n: number): NotifyEffect => ({
  do: "notify",
  id: `shop.1/down.${n}`,
  kind: "down",
  incidentId: "shop.1",
  at: START,
  website: `shop-${n}`,
  title: `Website shop-${n} is down.`,
  body: n % 2 === 0 ? "First failed check: a\n  tcp.refused (connection): refused" : "nothing known",
  claim: null,
});

describe("pending messages", () => {
  it("stay bounded: beyond twenty the oldest lives on as a line in the one after it", () => {
    let effects: Effect[] = [];
    for (let n = 0; n < 25; n++) effects = withEffect(effects, message(n));
    expect(effects).toHaveLength(20);
    const [first] = effects;
    expect(first).toMatchObject({
      id: "shop.1/down.5",
      body: expect.stringContaining("Not delivered before this: Website shop-4"),
    });
  });

  it("are not doubled", () => {
    expect(withEffect([message(1)], message(1))).toHaveLength(1);
  });

  it("keep the record of another incident and replace that of the same", () => {
    const { incident } = play({ rows: { a: "oxx" } }).state;
    if (incident === null) throw new Error("no incident");
    const other = { ...incident, id: "other.1" };
    const effects = withRecord(withRecord(withRecord([], incident), other), { ...incident, revision: 9 });
    expect(effects.map(({ id }) => id)).toEqual(["other.1/record.1", `${incident.id}/record.9`]);
  });
});

describe("a message made of effects", () => {
  const link = (id: string) => `http://localhost/incidents/${id}`;

  it("for one it is that effect's, with a link where there is a page", () => {
    expect(compose("default", "down", [message(2)], START)).toMatchObject({
      title: "Website shop-2 is down.",
      body: message(2).body,
    });
    expect(compose("default", "down", [message(2)], START, link).body).toMatch(
      /\nhttp:\/\/localhost\/incidents\/shop\.1$/,
    );
  });

  it("for several it lists each with its first failure", () => {
    const { title, body, ids } = compose("default", "down", [message(1), message(2)], START, link);
    expect(title).toBe("2 websites are down: shop-1, shop-2");
    expect(body.split("\n")).toEqual([
      "Website shop-1 is down. http://localhost/incidents/shop.1",
      "Website shop-2 is down. (tcp.refused (connection): refused) http://localhost/incidents/shop.1",
    ]);
    expect(ids).toHaveLength(2);
  });
});

describe("flapping", () => {
  const policy = policyOf(endpointWith(), ["a"]);

  it("switched off notes nothing, and ends a period that was running", () => {
    const off = policyOf(endpointWith({ flapping: "off" }), ["a"]);
    const calm = { changes: [], since: null, announcedDownAt: null, incidentId: null };
    expect(noteChange({ policy: off, now: START, muted: false }, calm, "i")).toEqual({
      flapping: calm,
      begins: false,
    });
    expect(isOver(off, { ...calm, since: START }, START)).toBe(true);
    expect(isOver(policy, { ...calm, since: START }, START + 29 * MINUTE)).toBe(false);
    expect(isOver(policy, { ...calm, since: START }, START + 30 * MINUTE)).toBe(true);
  });

  it("is not calmed by maintenance: time inside it is no time without a change", () => {
    const alert = {
      confirm: 1,
      maintenance: [{ start: "2026-11-20T12:30", durationMs: HOUR, timeZone: "UTC" }],
    };
    const rows = { a: `${"ooxx.".repeat(6)}${".".repeat(60)}${"o".repeat(50)}` };
    const said = play({ rows, alert }).said;
    expect(said.map(({ kind }) => kind)).toEqual(["down", "up", "down", "flapping", "settled"]);
    expect(said.at(-1)?.at).toBe(91 + 30);
    expect(said.at(-1)?.title).toContain("Website shop is up.");
  });

  it("ends with a down verdict when it stays down, on the incident that is open", () => {
    const said = play({ rows: { a: `${"ooxx.".repeat(6)}${"x".repeat(45)}` }, alert: { confirm: 1 } }).said;
    expect(said.slice(4).map(({ kind }) => kind)).toEqual(["down", "settled"]);
    expect(said.at(-1)?.title).toContain("Website shop is down.");
  });
});

describe("maintenance", () => {
  it("mutes reminders", () => {
    const maintenance = [{ start: "2026-11-20T12:10", durationMs: 30 * MINUTE, timeZone: "UTC" }];
    const alert = { confirm: 1, reminderEveryMs: 5 * MINUTE, maintenance };
    const said = play({ rows: { a: `o${"x".repeat(50)}` }, alert }).said;
    expect(said.map(({ kind, at }) => `${kind}@${at}`)).toEqual([
      "down@1",
      "reminder@6",
      "reminder@41",
      "reminder@46",
    ]);
  });

  it("is no silence: a region is not set aside for it", () => {
    const maintenance = [{ start: "2026-11-20T12:03", durationMs: HOUR, timeZone: "UTC" }];
    const rows = { a: `oxx${".".repeat(63)}`, b: `ooo${"o".repeat(63)}`, c: `ooo${"o".repeat(63)}` };
    expect(play({ rows, alert: { maintenance } }).state.verdict).toBe("degraded");
  });
});

describe("several regions, one that was never announced", () => {
  it("a degraded that ends before degradedAfter was never mentioned, nor is its end", () => {
    expect(play({ rows: { a: "oxxoo", b: "ooooo", c: "ooooo" } }).said).toEqual([]);
  });

  it("a number as quorum is at least two", () => {
    const rows = { a: "oxx", b: "ooo", c: "ooo" };
    expect(play({ rows, alert: { quorum: 1 } }).state.verdict).toBe("degraded");
    const one = play({ rows: { a: "oxx" }, alert: { quorum: 1 } });
    expect(one.state.verdict).toBe("down");
  });

  it("degraded that becomes down is one incident that tells both", () => {
    const played = play({ rows: { a: "oxxxxxxxx", b: "ooooooxxx", c: "ooooooooo" } });
    expect(played.said.map(({ kind }) => kind)).toEqual(["degraded", "down"]);
    expect(new Set(played.said.map(({ id }) => id.split("/")[0])).size).toBe(1);
    expect(played.state.incident).toMatchObject({ worst: "down", verdict: "down" });
  });

  it("a better verdict says who still fails and who is silent", () => {
    const rows = { a: "oxxxx", b: "oxxoo", c: "ooooo", d: "....." };
    const partial = play({ rows, alert: { quorum: 2 } }).state.effects.find(
      (effect) => effect.do === "notify" && effect.kind === "partial",
    );
    expect(partial).toMatchObject({ body: expect.stringMatching(/^Still failing: a\. Silent: d\.\n/) });
  });
});

describe("merging ticks", () => {
  const shape = { intervalMs: MINUTE, expected: 2 };
  const at = (mark: string, posted?: boolean) =>
    outcomeAt("a", START, mark).map((o) => ({ ...o, ...(posted && { posted }) }));

  it("of equals the failure wins, whatever the order", () => {
    for (const list of [
      [...at("o"), ...at("x")],
      [...at("x"), ...at("o")],
    ]) {
      expect(mergeTicks(shape, [], list)[0]?.outcome).not.toBe("ok");
    }
  });

  it("the log's word beats a posted one, whatever the order", () => {
    for (const list of [
      [...at("o"), ...at("x", true)],
      [...at("x", true), ...at("o")],
    ]) {
      expect(mergeTicks(shape, [], list)[0]?.outcome).toBe("ok");
    }
  });

  it("of two that the log has the first write wins, in later calls too", () => {
    const [first] = at("x");
    if (first === undefined) throw new Error("no outcome");
    expect(mergeTicks(shape, [first], at("o"))).toEqual([first]);
    expect(mergeTicks(shape, at("o"), [first])).toEqual(at("o"));
    const posted = { ...first, posted: true };
    expect(mergeTicks(shape, [posted], at("o", true))).toEqual([posted]);
  });

  it("what lies as many slots back as the window reaches is out", () => {
    const back = (slots: number) => mergeTicks(shape, at("o"), outcomeAt("a", START - slots * MINUTE, "x"));
    expect([back(3).length, back(4).length]).toEqual([2, 1]);
  });

  it("two of a kind that differ in detail give one, whatever the order", () => {
    const [a] = at("x");
    if (a === undefined) throw new Error("no outcome");
    const b = { ...a, totalMs: 5 };
    expect(mergeTicks(shape, [], [a, b])).toEqual(mergeTicks(shape, [], [b, a]));
  });
});

describe("closing", () => {
  it("an endpoint that was never in trouble only gets its window restarted", () => {
    const policy = policyOf(endpointWith(), ["a"]);
    const closed = closeFor(initialState(policy), "edited", START, "next");
    expect(closed).toMatchObject({ windowStart: START, revision: "next", effects: [] });
    expect(isTroubled(closed)).toBe(false);
  });

  it("counts only what was scheduled after it", () => {
    const policy = policyOf(endpointWith({ confirm: 1 }), ["a"]);
    const closed = closeFor(initialState(policy), "edited", START);
    const outcomes = [-2, -1, 1].flatMap((slot) => outcomeAt("a", START + slot * MINUTE, "x"));
    expect(step(policy, closed, { outcomes, evidence: [] }, START + 2 * MINUTE).state.verdict).toBe("up");
  });
});

describe("judging", () => {
  const failing = new Map([["shop", outcomeAt("paris", START + MINUTE, "x")]]);

  it("gives up when its writes keep colliding: the queue repeats the call", async () => {
    const world = await worldOf([endpointWith({ confirm: 1 })]);
    const alerts = { getMany: async () => new Map(), putMany: async () => ({ conflicts: ["shop"] }) };
    const deps = { ...world.stores, alerts, clock: { now: () => START + 2 * MINUTE }, regions: ["paris"] };
    const attempts = makeAttempts();
    await evaluate(deps, "default", failing, attempts);
    expect(() => attempts.end()).toThrow(Unavailable);
  });

  it("an endpoint it doesn't know leaves no trace", async () => {
    const world = await worldOf([]);
    await world.failure([{ org: "default", endpointId: "ghost", outcomes: outcomeAt("paris", START, "x") }]);
    expect(await world.stores.alerts.get("default", "ghost")).toBeNull();
  });

  it("another organization's endpoint of the same id is another endpoint", async () => {
    const world = await worldOf([endpointWith({ confirm: 1 })]);
    const outcomes = [START, START + MINUTE].flatMap((at) => outcomeAt("paris", at, "x"));
    world.clock.set(START + MINUTE);
    await world.failure([{ org: "rival", endpointId: "shop", outcomes }]);
    expect(world.sent).toEqual([]);
    expect(await world.stores.alerts.get("default", "shop")).toBeNull();
  });
});

describe("delivering", () => {
  const state = (effects: Effect[]): AlertState => ({
    ...initialState(policyOf(endpointWith(), ["a"])),
    effects,
  });
  const deps = async () => {
    const world = await worldOf([]);
    return {
      world,
      deps: {
        ...world.stores,
        notifier: { send: async () => [] },
        clock: world.clock,
        holder: "me",
        onFault: () => undefined,
      },
    };
  };

  it("leaves what another holds until the claim ends", async () => {
    const { world, deps: ports } = await deps();
    const held = { ...message(1), claim: { by: "another", until: START + 30_000 } };
    await world.stores.alerts.putMany([{ state: state([held]), expected: null }]);
    expect(await deliver(ports, "default", [], makeAttempts())).toEqual({ pending: true, oldestAt: START });
    world.clock.set(START + 30_000);
    expect(await deliver(ports, "default", [], makeAttempts())).toEqual({ pending: false, oldestAt: null });
  });

  it("leaves what another claimed in the meantime", async () => {
    const { world, deps: ports } = await deps();
    await world.stores.alerts.putMany([{ state: state([message(1)]), expected: null }]);
    const putMany = async (writes: readonly { state: AlertState }[]) => ({
      conflicts: writes.map((write) => write.state.endpointId),
    });
    let sent = 0;
    const notifier = {
      send: async () => {
        sent++;
        return [];
      },
    };
    const alerts = { ...world.stores.alerts, putMany };
    await deliver({ ...ports, alerts, notifier }, "default", [], makeAttempts());
    expect(sent).toBe(0);
  });

  it("sends an endpoint's messages in their order", async () => {
    const { world, deps: ports } = await deps();
    const up = { ...message(2), kind: "up" as const, id: "shop.1/up.2" };
    await world.stores.alerts.putMany([{ state: state([message(1), up]), expected: null }]);
    const kinds: string[] = [];
    const notifier = {
      send: async ({ kind }: { kind: string }) => {
        kinds.push(kind);
        return [];
      },
    };
    await deliver({ ...ports, notifier }, "default", [], makeAttempts());
    expect(kinds).toEqual(["down", "up"]);
  });
});

describe("evidence", () => {
  it("tells the phases that were reached", () => {
    const { incident } = play({ rows: { a: "oxx" } }).state;
    if (incident?.firstFailure == null) throw new Error("no failure");
    const timings = { dnsMs: 12.4, connectMs: 30, tlsMs: null, firstByteMs: null, transferMs: null };
    const body = bodyOf({ ...incident, firstFailure: { ...incident.firstFailure, timings } }, "");
    expect(body).toContain("lookup 12 ms, connect 30 ms, total 100 ms");
    expect(bodyOf({ ...incident, firstFailure: null }, "A note.")).not.toContain("First failed check");
  });
});

it("a title without its website is cut at the end", () => {
  expect(smsOf("x".repeat(200), "")).toHaveLength(160);
  expect(smsOf("x".repeat(200), "absent")).toHaveLength(160);
});
