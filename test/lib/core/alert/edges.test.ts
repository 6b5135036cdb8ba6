import { describe, expect, it } from "vitest";
import type { NotifyEffect } from "../../../../lib/core/alert/effect.ts";
import { policyOf } from "../../../../lib/core/alert/policy.ts";
import type { AlertState } from "../../../../lib/core/alert/state.ts";
import { readerVerdict } from "../../../../lib/core/alert/verdict.ts";
import { endpointWith, HOUR, kinds, MINUTE, play, SECOND, START } from "./play.ts";

/** What the rule does right at its numbers, and just beside them. Marks as in the sequences. */
const o = (count: number): string => "o".repeat(count);
const x = (count: number): string => "x".repeat(count);
const gap = (count: number): string => ".".repeat(count);
const messages = (state: AlertState): NotifyEffect[] =>
  state.effects.filter((effect) => effect.do === "notify");

describe("regions that count", () => {
  it("are failing ones too, however long they are silent", () => {
    const silent = `oxx${gap(20)}`;
    const rows = { a: silent, b: silent, c: `${o(22)}x`, d: o(23), e: o(23), f: o(23), g: o(23) };
    expect(play({ rows }).verdicts.at(-1)).toBe("degraded"); // 3 of 7, though only 5 vote
  });

  it("are not those that voted last more than ten minutes ago", () => {
    const later = (minutes: number) => {
      // c and d vote until 12:01 + 3.5 min; then a and b fail one after the other
      const rows = { a: `${o(minutes)}xx`, b: `${o(minutes)}xx`, c: "oo", d: "oo" };
      return play({ rows }).verdicts.at(-1);
    };
    expect(later(14)).toBe("degraded"); // 2 of 4
    expect(later(16)).toBe("down"); // 2 of 2
  });

  it("are as many as a number says, where a number is given", () => {
    const rows = { a: "oxx", b: "oxx", c: "ooo", d: "ooo", e: "ooo" };
    expect(play({ rows, alert: { quorum: 2 } }).state.verdict).toBe("down");
    expect(play({ rows }).state.verdict).toBe("degraded");
  });

  it("are not those set aside, until they vote again", () => {
    const rows = { a: `oxx${gap(40)}`, b: o(43) };
    const aside = play({ rows }).state;
    expect([aside.verdict, aside.regions["a"]?.failing]).toEqual(["up", false]);
    expect(aside.regions["a"]?.asideSince).not.toBeNull();
    const back = play({ rows: { a: `${rows.a}oo`, b: o(45) } }).state;
    expect(back.regions["a"]?.asideSince).toBeNull();
  });
});

describe("a failing region", () => {
  it("is set aside only after three windows where those are longer than half an hour", () => {
    const alert = { windowMs: 20 * MINUTE, degradedAfterMs: MINUTE };
    const rows = (silence: number) => ({ a: `${o(20)}${x(4)}${gap(silence)}`, b: o(24 + silence) });
    expect(kinds(play({ rows: rows(60), alert }))).toEqual(["degraded@24"]);
    expect(play({ rows: rows(70), alert }).said.map(({ kind }) => kind)).toEqual(["degraded", "up"]);
  });

  it("is not set aside while it votes, and not for one that is failing itself", () => {
    const voting = play({ rows: { a: `o${x(60)}`, b: o(61) } });
    expect(voting.state.verdict).toBe("degraded");
    const both = play({ rows: { a: `oxx${gap(60)}`, b: `o${x(62)}` } });
    expect([both.state.verdict, kinds(both)]).toEqual(["down", ["down@1"]]);
  });

  it("has not recovered at the threshold, only above it", () => {
    const alert = { windowMs: 5 * MINUTE, confirm: 1 };
    expect(play({ rows: { a: "ooooxoooo" }, alert }).verdicts.at(-1)).toBe("down"); // 4 of 5
    expect(play({ rows: { a: "ooooxooooo" }, alert }).verdicts.at(-1)).toBe("up");
  });

  it("needs `confirm` failures, also where fewer outcomes are a vote", () => {
    const alert = { windowMs: 3 * MINUTE, confirm: 3 };
    expect(play({ rows: { a: "xx" }, alert }).state.verdict).toBe("up");
    expect(play({ rows: { a: "xxx" }, alert }).state.verdict).toBe("down");
  });
});

describe("a region's record of voting", () => {
  const since = (row: string) => {
    const { votingSince } =
      play({ rows: { a: row }, alert: { windowMs: 10 * MINUTE } }).state.regions["a"] ?? {};
    return votingSince === undefined || votingSince === null ? votingSince : (votingSince - START) / MINUTE;
  };

  it("begins anew after a silence that left records enough", () => {
    expect(since(o(12))).toBe(6);
    expect(since(`${o(12)}..${o(3)}`)).toBe(6);
    expect(since(`${o(12)}...${o(3)}`)).toBe(15);
  });

  it("ends where records are too few, though no silence is long", () => {
    expect(since(`${o(12)}..o..o..o..o`)).toBeNull();
  });
});

describe("changes that make flapping", () => {
  it("are those of the last 60 minutes", () => {
    const spread = (pause: number) =>
      play({ rows: { a: `${["oxxoo", "xxoo"].join(o(pause))}${o(5)}` }, alert: { confirm: 1 } }).said;
    expect(spread(10).map(({ kind }) => kind)).toEqual(["down", "up", "down", "flapping"]);
    expect(spread(52).map(({ kind }) => kind)).toEqual(["down", "up", "down", "flapping"]);
    expect(spread(53).map(({ kind }) => kind)).toEqual(["down", "up", "down", "up"]);
  });

  it("are those to or from down, not between up and degraded", () => {
    const rows = { a: "oxxoo".repeat(8), b: o(40), c: o(40) };
    const played = play({ rows });
    expect(new Set(played.verdicts)).toEqual(new Set(["up", "degraded"]));
    expect([played.said, played.state.flapping.changes]).toEqual([[], []]);
  });
});

describe("a flapping period", () => {
  const wild = "ooxx.".repeat(6);

  it("says how long it will be quiet, and afterwards that it has stopped, by the incident it began with", () => {
    const { state } = play({ rows: { a: `${wild}${o(40)}` }, alert: { confirm: 1 } });
    const [, , , begins, ends] = messages(state);
    expect(begins?.body).toMatch(/^It changes too often: no more messages until 30m without a change\.\n/);
    expect(ends?.title).toMatch(/^Website shop is up\. availability=100\.0%, time=/);
    expect(ends?.body).toBe(`It has stopped flapping.\nIncident: ${begins?.incidentId}`);
    expect(ends?.id.startsWith(`${begins?.incidentId}/settled.`)).toBe(true);
  });

  it("that ends down says so on the incident that is open", () => {
    const { state } = play({ rows: { a: `${wild}${x(45)}` }, alert: { confirm: 1 } });
    const [down, settled] = messages(state).slice(4);
    expect(down?.body).toMatch(/^It flapped before, and stays down now\.\n/);
    expect(settled?.body).toMatch(/^It has stopped flapping\.\nRegions:\n/);
    expect(settled?.incidentId).toBe(state.incident?.id);
  });

  it("announces no degraded as down", () => {
    const rows = { a: `${wild}${x(20)}`, b: `${wild}${o(20)}`, c: `${wild}${o(20)}` };
    const played = play({ rows });
    expect(played.state.verdict).toBe("degraded");
    expect(played.said.map(({ kind }) => kind)).toEqual(["down", "up", "down", "flapping"]);
  });

  it("announces a solid down after three windows, not before", () => {
    const solid = (minutes: number) =>
      kinds(play({ rows: { a: `${wild}oo${x(minutes)}` }, alert: { confirm: 1 } })).slice(4);
    expect(solid(6)).toEqual([]);
    expect(solid(7)).toEqual(["down@38"]);
  });
});

describe("down that maintenance kept quiet", () => {
  const maintenance = [{ start: "2026-11-20T12:06", durationMs: 10 * MINUTE, timeZone: "UTC" }];
  const alert = { confirm: 1, maintenance };

  it("is announced once its region votes again and still fails, not while it is silent or turns ok", () => {
    // the failing tick of 12:05 is judged at 12:06:30, within maintenance
    const later = (row: string) =>
      play({ rows: { a: `${o(5)}x${gap(10)}${row}` }, alert, lagMs: 90 * SECOND });
    expect(later("").state.verdict).toBe("down");
    expect(kinds(later(gap(20)))).toEqual([]);
    expect(kinds(later("x"))).toEqual([]);
    expect(kinds(later("xx"))).toEqual(["down@17"]);
    expect(kinds(later("xooo"))).toEqual([]);
  });

  it("is announced although an earlier down of the same incident was", () => {
    const rows = {
      a: `oxxxx.${gap(10)}xxx`,
      b: `oxxoox${gap(10)}xxx`,
      c: `oooooo${gap(10)}ooo`,
    };
    const played = play({ rows, alert: { maintenance }, lagMs: 90 * SECOND });
    expect(played.said.map(({ kind }) => kind)).toEqual(["down", "partial", "down"]);
    expect(played.said.at(-1)?.at).toBe(17);
  });
});

describe("an incident", () => {
  it("keeps the worst it was", () => {
    const rows = { a: "oxxxxxx", b: "oxxoooo", c: "ooooooo" };
    expect(play({ rows }).state.incident).toMatchObject({ verdict: "degraded", worst: "down" });
    const mild = play({ rows: { a: "oxxxx", b: "ooooo", c: "ooooo" } }).state.incident;
    expect(mild).toMatchObject({ verdict: "degraded", worst: "degraded" });
  });

  it("keeps the availability that its message told", () => {
    expect(play({ rows: { a: "oxx" }, alert: { confirm: 1 } }).state.incident?.availability).toBe(0.5);
  });

  it("tells a recovery without a word about silence when nobody was silent", () => {
    const { state } = play({ rows: { a: "oxxoo", b: "oxxoo" } });
    expect(messages(state).at(-1)?.body).toMatch(/^It lasted 3m\.\nRegions:\n/);
  });

  it("names all that still fail and all that are silent", () => {
    const rows = { a: "oxxxx", b: "oxxxx", c: "oxxoo", d: "ooooo", e: "ooooo", f: ".....", g: "....." };
    const partial = messages(play({ rows, alert: { quorum: 3 } }).state).at(-1);
    expect(partial?.body).toMatch(/^Still failing: a, b\. Silent: f, g\.\n/);
  });
});

describe("readers", () => {
  it("take the latest tick the state knows where the log was not asked", () => {
    const policy = policyOf(endpointWith({ windowMs: 10 * MINUTE }), ["a", "b"]);
    const { state } = play({ rows: { a: o(10), b: "" }, alert: { windowMs: 10 * MINUTE } });
    expect(readerVerdict(policy, state, new Map(), START + 9 * MINUTE + 210 * SECOND)).toBe("up");
    expect(readerVerdict(policy, state, new Map(), START + 9 * MINUTE + 211 * SECOND)).toBe("unknown");
    expect(readerVerdict(policy, { ...state, regions: {} }, new Map(), START)).toBe("unknown");
  });

  it("an interval of a day is fresh for two of them", () => {
    const policy = policyOf(endpointWith({}, 24 * HOUR), ["a"]);
    const ticks = new Map([["a", START]]);
    expect(readerVerdict(policy, null, ticks, START + 48 * HOUR + 90 * SECOND)).toBe("up");
    expect(readerVerdict(policy, null, ticks, START + 48 * HOUR + 91 * SECOND)).toBe("unknown");
  });
});
