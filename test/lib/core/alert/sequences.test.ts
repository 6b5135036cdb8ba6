import { describe, expect, it } from "vitest";
import { availabilityOf } from "../../../../lib/core/availability/window.ts";
import { HOUR, kinds, MINUTE, play, SECOND } from "./play.ts";

/** o = ok, x = failed after retries, . = no outcome; `kind@slot` is what was said at which slot. */
const one = (row: string, alert = {}, more = {}) =>
  play({ rows: { paris: row }, alert: { confirm: 1, ...alert }, ...more });

describe("one region, confirm 1, every minute", () => {
  it.each([
    ["0: no records", ". . .", []],
    ["1: a failure as the very first record is not enough records", "x", []],
    ["2: all is well", "o o o", []],
    ["3: half of the window failed", "o x", ["down@1"]],
    ["4: said once", "o x x x", ["down@1"]],
    ["5: one of two is not above the threshold", "o x x o", ["down@1"]],
    ["6: up when the window is whole", "o x x o o", ["down@1", "up@4"]],
    ["7: down from creation", "x x", ["down@1"]],
    ["10a: a success opens no incident", "x o", []],
    ["10b: a success opens no incident after a gap", ". x o", []],
    ["11: gaps don't blind it", "o . x . x . x", ["down@2"]],
  ])("%s", (_, row, said) => {
    expect(kinds(one(row))).toEqual(said);
  });

  it("3: says availability and time in the first line", () => {
    expect(one("o x").said[0]?.title).toBe(
      "Website shop is down. availability=50.0%, time=2026-11-20T12:01:00Z",
    );
  });

  it("6: says the downtime when it is up again", () => {
    expect(one("o x x o o").said[1]?.title).toBe(
      "Website shop is up. availability=100.0%, time=2026-11-20T12:04:00Z, downtime=3m",
    );
  });

  it("8: 80.0 % of a window of 600 s is at the threshold: down", () => {
    const played = one("o o o o o o o o x o x", { windowMs: 600 * SECOND });
    expect(kinds(played)).toEqual(["down@10"]);
    expect(played.said[0]?.title).toContain("availability=80.0%");
  });

  it("9: one failure in ten is no outage", () => {
    expect(kinds(one("o o o o o o o o o x", { windowMs: 600 * SECOND }))).toEqual([]);
  });

  it("12: interval 300 s stretches the window to 600 s", () => {
    expect(kinds(one("o x", {}, { intervalMs: 5 * MINUTE }))).toEqual(["down@1"]);
  });
});

describe("one region, default confirm", () => {
  it.each([
    ["15a: one failing tick", "o x", []],
    ["15b: two failing ticks", "o x x", ["down@2"]],
    ["16: never two in a row", "o x o x o x", []],
  ])("%s", (_, row, said) => {
    expect(kinds(play({ rows: { paris: row } }))).toEqual(said);
  });
});

describe("14: interval of 24 h, checked every minute while its latest outcome failed", () => {
  const day = 24 * HOUR;
  const played = (confirm: number, minutes: string) => {
    const empty = ` ${".".repeat(24 * 60 - 1)} `;
    return play({
      rows: { paris: `o${empty}x${minutes}` },
      alert: { confirm },
      intervalMs: day,
      slotMs: MINUTE,
    });
  };

  it("confirm 1: down at the failure, up after two ok minutes", () => {
    expect(kinds(played(1, "oo"))).toEqual(["down@1440", "up@1442"]);
  });

  it("confirm 2: down after a second failure one minute later", () => {
    expect(kinds(played(2, "x"))).toEqual(["down@1441"]);
  });
});

describe("three regions and more", () => {
  it("17: one fails for ever: degraded announced after degradedAfter, never down", () => {
    const played = play({ rows: { a: "o o x x x x x x x x", b: "oooooooooo", c: "oooooooooo" } });
    expect(kinds(played)).toEqual(["degraded@6"]);
    expect(played.state.verdict).toBe("degraded");
    expect(played.said[0]?.title).toBe(
      "Website shop is degraded. availability=66.7%, time=2026-11-20T12:06:00Z",
    );
  });

  it("19: one silent from the start, one failing, one ok: degraded", () => {
    const played = play({ rows: { a: "o x x", b: "o o o" }, regions: ["a", "b", "c"] });
    expect(played.verdicts).toEqual(["up", "degraded", "degraded"]);
  });

  it("20: two silent from the start, one failing: degraded, and says why", () => {
    const played = play({ rows: { a: "o x x x x x x x" }, regions: ["a", "b", "c"] });
    expect(kinds(played)).toEqual(["degraded@5"]);
    expect(played.state.incident?.regions.filter(({ silent }) => silent).map(({ region }) => region)).toEqual(
      ["b", "c"],
    );
  });

  it("21: two fail, then go silent while the third is ok: set aside after 30 min, and says who is silent", () => {
    const played = play({
      rows: { a: "o x x", b: "o x x", c: `ooo${"o".repeat(50)}` },
    });
    expect(played.said.map(({ kind }) => kind)).toEqual(["down", "up"]);
    const [, up] = played.said;
    expect(up?.at).toBeGreaterThanOrEqual(32);
    expect(up?.at).toBeLessThanOrEqual(37);
    const record = played.state.effects.find((effect) => effect.do === "notify" && effect.kind === "up");
    expect(record).toMatchObject({ body: expect.stringContaining("silent since: a, b") });
  });

  it("22: all fail, then two go silent: stays down, says nothing more", () => {
    const played = play({ rows: { a: `oxx${"x".repeat(60)}`, b: "oxx", c: "oxx" } });
    expect(kinds(played)).toEqual(["down@1"]);
    expect(played.state.verdict).toBe("down");
  });

  it("23: five regions, two failing, then two healthy ones go silent: stays degraded", () => {
    const long = "o".repeat(60);
    const played = play({
      rows: { a: `ox${"x".repeat(58)}`, b: `ox${"x".repeat(58)}`, c: long, d: "oooo", e: "oooo" },
    });
    expect(played.state.verdict).toBe("degraded");
    expect(new Set(played.verdicts)).toEqual(new Set(["up", "degraded"]));
    expect(played.said.map(({ kind }) => kind)).toEqual(["degraded"]);
  });

  it("23b: two of five fail while three are silent (down); the three return ok: degraded, then up", () => {
    const rows = {
      a: "o x x x x x o o",
      b: "o x x x x x o o",
      c: ". . . . o o o o",
      d: ". . . . o o o o",
      e: ". . . . o o o o",
    };
    const played = play({ rows });
    expect(played.verdicts).toEqual(["up", "down", "down", "down", "down", "degraded", "degraded", "up"]);
    expect(kinds(played)).toEqual(["down@1", "partial@5", "up@7"]);
  });

  it("23c: a failing region that delivers one ok tick in four is not stuck", () => {
    const played = play({ rows: { a: `oxx${"...o".repeat(4)}`, b: "o".repeat(19), c: "o".repeat(19) } });
    expect(played.state.verdict).toBe("up");
  });

  it("23d: two down, one ok, all silent for an hour, the ok one votes first: no false up", () => {
    const hour = ".".repeat(60);
    const played = play({ rows: { a: `oxx${hour}`, b: `oxx${hour}`, c: `ooo${hour}ooooo` } });
    expect(kinds(played)).toEqual(["down@1"]);
    expect(played.state.verdict).toBe("down");
  });

  it("24: all silent for an hour while down: still down, no message", () => {
    const played = play({ rows: { a: "oxx", b: "oxx", c: "oxx" }, idleAfterMs: HOUR });
    expect(kinds(played)).toEqual(["down@1"]);
    expect(played.state.verdict).toBe("down");
  });
});

describe("30: o o x x repeated every 5 min for a day, confirm 1", () => {
  const day = "o o x x .".repeat(288);

  it("sends the first changes, then one flapping message, then is silent", () => {
    const played = one(day);
    expect(played.said.map(({ kind }) => kind)).toEqual(["down", "up", "down", "flapping"]);
  });

  it("says the verdict once when it has been calm for 30 min", () => {
    const played = one(`${day}${"o".repeat(40)}`);
    const last = played.said.slice(4);
    expect(last.map(({ kind }) => kind)).toEqual(["settled"]);
    expect(last[0]?.title).toContain("Website shop is up.");
  });

  it("announces a solid down of 3 windows inside it once", () => {
    const played = one(`${day}${"x".repeat(20)}`);
    expect(played.said.slice(4).map(({ kind }) => kind)).toEqual(["down"]);
  });

  it("keeps the item bounded", () => {
    const { state } = one(day);
    expect(JSON.stringify({ ...state, effects: [] }).length).toBeLessThan(4_000);
  });
});

it("availability of nothing is no failure", () => {
  expect(availabilityOf({ ok: 0, all: 0 })).toBe(1);
});
