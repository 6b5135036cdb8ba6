import { describe, expect, it, test } from "vitest";
import { failure } from "../../../lib/core/check/outcome.ts";
import type { Incident } from "../../../lib/core/incident/incident.ts";
import { glyphsFor } from "../../../local/ui/glyphs.ts";
import type { Line } from "../../../local/ui/line.ts";
import { type Snapshot, withWindow } from "../../../local/ui/rows.ts";
import type { PastMessage } from "../../../local/ui/source.ts";
import { initialState, type UiState } from "../../../local/ui/state.ts";
import { grouped, unlogged } from "../../../local/ui/views/messages.ts";
import { orderedRows, screenOf } from "../../../local/ui/views/screen.ts";
import { aMessage, fakeSource, NOW, quietStatus, rowsOf } from "./world.ts";

const glyphs = glyphsFor({ LANG: "C.UTF-8" });

function snapshotOf(count: number, over: Partial<Snapshot> = {}, troubled = 3): Snapshot {
  const recent = withWindow([], rowsOf(count, { troubled }), "10m");
  return {
    at: NOW,
    rows: withWindow(recent, rowsOf(count, { troubled, window: "1h" }), "1h"),
    readAt: { "10m": NOW, "1h": NOW },
    messages: [],
    moreMessages: false,
    detail: null,
    status: quietStatus,
    problem: null,
    ...over,
  };
}

const textOf = ({ cells }: Line): string =>
  cells
    .map(({ pieces, width }) => {
      const text = pieces.map((piece) => piece.text).join("");
      return width === undefined ? text : text.slice(0, width).padEnd(width);
    })
    .join("");

function draw(snapshot: Snapshot, over: Partial<UiState> = {}, columns = 80, rows = 24): Line[] {
  const state = { ...initialState, ...over };
  const ordered = orderedRows(snapshot.rows, state);
  return screenOf({ snapshot, state, ordered, size: { columns, rows }, glyphs }).lines;
}

const texts = (lines: readonly Line[]): string[] => lines.map(textOf);
const screenText = (...args: Parameters<typeof draw>): string => texts(draw(...args)).join("\n");

describe("the list", () => {
  test.each([
    [80, 24],
    [100, 30],
    [180, 40],
  ])("at %i x %i fills the screen exactly", (columns, rows) => {
    for (const count of [0, 5, 1_000]) expect(draw(snapshotOf(count), {}, columns, rows)).toHaveLength(rows);
  });

  it("draws only the endpoints that are visible", () => {
    const visible = (rows: number) =>
      draw(snapshotOf(1_000), { selected: "e0500" }, 80, rows).filter(({ key }) => /^e\d{4}$/.test(key));
    expect([24, 50].map((rows) => visible(rows).length)).toEqual([18, 44]);
  });

  it("has the worst first, with since when and where it fails", () => {
    const [, , first, , third] = texts(draw(snapshotOf(30), {}, 90));
    expect(first).toMatch(/^▌ ▼ down {6}Search 1 +4m +60\.0%/);
    expect(third).toMatch(/^ {2}▲ degraded {2}Login 2 +eu-west-1 4m/);
  });

  it("counts the verdicts in words where there is room, and by sign where not", () => {
    expect(screenText(snapshotOf(30), {}, 120)).toContain("▼ 2 down  ▲ 1 degraded  ? 1 unknown  ● 25 up");
    expect(screenText(snapshotOf(30), {}, 60)).toContain("▼ 2  ▲ 1  ? 1  ● 25");
  });

  it("shows both windows side by side when it is wide", () => {
    const wide = screenText(snapshotOf(10), {}, 180, 40);
    expect(wide).toMatch(/past 10 minutes +past hour/);
    expect(screenText(snapshotOf(10), { window: "1h" }, 180, 40)).toMatch(/past hour +past 10 minutes/);
  });

  it("says what the selected endpoint's trouble is", () => {
    expect(screenText(snapshotOf(10), { selected: "e0002" })).toContain(
      "https://host-2.example.com/health  degraded in eu-west-1 since 12:30:05 UTC",
    );
  });

  it("says why it is empty", () => {
    const reading = snapshotOf(0, { readAt: { "10m": null, "1h": null } });
    expect(screenText(reading)).toContain("Reading what is known so far.");
    expect(screenText(snapshotOf(0))).toContain("No endpoints yet");
    expect(screenText(snapshotOf(5), { filter: "zzz" })).toContain("Nothing matches zzz.");
  });

  it("keeps the most useful keys on a narrow screen", () => {
    const footer = texts(draw(snapshotOf(5), {}, 44)).at(-1);
    expect(footer).toContain("? help  q quit");
    expect(footer).not.toContain("events");
  });
});

describe("what is wrong with ourselves", () => {
  const troubles = [
    "OUR OWN NETWORK is unreachable since 2026-11-20T12:00:00Z: no canary answers, so failures of public endpoints don't count",
    "configuration NOT reloaded, the old one stays in force: vigie.yaml:3:5: url: must be a URL",
  ];

  it("stands above everything, whole", () => {
    const shown = texts(draw(snapshotOf(30, { status: { ...quietStatus, troubles } })));
    expect(shown[1]).toBe(" ! OUR OWN NETWORK is unreachable since 2026-11-20T12:00:00Z: no canary answers,");
    expect(shown[2]).toBe("   so failures of public endpoints don't count");
    expect(shown.slice(3, 5).join("")).toContain("vigie.yaml:3:5: url");
    expect(shown).toHaveLength(24);
  });

  it("is said when the numbers can't be read", () => {
    expect(screenText(snapshotOf(3, { problem: "the disk is gone" }))).toContain(
      "! what is shown is old: the disk is gone",
    );
  });
});

describe("messages", () => {
  const sentAt = NOW - 60_000;
  const messages: PastMessage[] = [
    aMessage({ sentAt, endpointId: "e0000", title: "Website Orders 0 is down." }),
    aMessage({ sentAt, endpointId: "e0001", title: "Website Search 1 is down." }),
    aMessage({ sentAt: sentAt - 1, kind: "up", title: "Website Login 2 is up." }),
  ];

  it("that went out as one are one line below the list", () => {
    expect(grouped(messages, 5, rowsOf(3)).map(({ title }) => title)).toEqual([
      "2 websites are down: Orders 0, Search 1",
      "Website Login 2 is up.",
    ]);
  });

  it("stand each by itself in the history", () => {
    const text = screenText(snapshotOf(3, { messages }), { view: "messages" });
    expect(text).toContain("▼ Website Orders 0 is down.");
    expect(text).toContain("▼ Website Search 1 is down.");
  });

  it("say which channel did not take them", () => {
    const failed = aMessage({ deliveries: [{ channel: "chat", ok: false, error: "500", at: NOW }] });
    expect(screenText(snapshotOf(3, { messages: [failed] }), {}, 140)).toContain("not sent: chat");
  });

  it("that are not in the log yet are shown as they were told", () => {
    const shown = [
      { at: NOW, text: "Website Mail is down. availability=0.0% (  tcp.refused: no (really))" },
      { at: NOW, text: "Website Docs is down." },
    ];
    const logged = [aMessage({ title: "Website Mail is down. availability=0.0%" })];
    expect(unlogged(shown, logged)).toEqual([shown[1]]);
    const status = { ...quietStatus, messages: shown };
    expect(screenText(snapshotOf(3, { status }))).toContain("Website Docs is down.");
  });
});

describe("the details", () => {
  const incident: Incident = {
    schema: 1,
    id: "i1",
    org: "default",
    endpointId: "e0000",
    website: "Orders 0",
    revision: 2,
    startedAt: NOW - 4 * 60_000,
    endedAt: null,
    closed: null,
    worst: "down",
    verdict: "down",
    verdictSince: NOW - 4 * 60_000,
    availability: 0.5,
    firstFailure: {
      region: "local",
      scheduledAt: NOW - 5 * 60_000,
      failure: failure("tcp.refused", "nobody listens"),
      totalMs: 3,
    },
    regions: [],
    announced: [],
    messages: [
      { effectId: "x", kind: "down", title: "Website Orders 0 is down.", sentAt: NOW, deliveries: [] },
    ],
  };

  const detailOf = async (id: string, incidents: Incident[] = []) => {
    const detail = await fakeSource(() => rowsOf(5, { troubled: 3 })).detail(id);
    return detail === null ? null : { ...detail, incidents };
  };

  it("take the latest check apart, and tell incidents with what was sent", async () => {
    const detail = await detailOf("e0000", [incident]);
    const text = screenText(snapshotOf(5, { detail }), { view: "detail", detail: "e0000" }, 100, 60);
    expect(text).toContain("▼ down  Orders 0 since 12:30:05 UTC (4m)");
    expect(text).toMatch(/Latest check {2}12:34:00 UTC from local {2}http\.error: expected 200-399, got 503/);
    for (const phase of ["name lookup", "connect", "TLS", "first byte", "transfer", "total"])
      expect(text).toMatch(new RegExp(`${phase} +[\\d.]+ms`));
    expect(text).toContain("▼ down  12:30:05 UTC, 4m, still down, availability 50.0%");
    expect(text).toContain("tcp.refused in local: nobody listens");
    expect(text).toContain("sent: Website Orders 0 is down.");
  });

  it("show another check when it is chosen", async () => {
    const detail = await detailOf("e0000");
    const check = `local ${detail?.checks[5]?.scheduledAt ?? 0}`;
    const text = screenText(snapshotOf(5, { detail }), { view: "detail", detail: "e0000", check }, 100, 60);
    expect(text).toMatch(/ Check {2}12:29:00 UTC from local {2}ok/);
  });

  it("say so when the endpoint is gone", () => {
    expect(screenText(snapshotOf(5), { view: "detail", detail: "e0999" })).toContain(
      "This endpoint is no longer watched.",
    );
  });

  it("never have two lines of the same key", async () => {
    const detail = await detailOf("e0000", [incident]);
    const snapshot = snapshotOf(5, { detail, messages: [aMessage(), aMessage()] });
    for (const view of ["list", "detail", "messages", "events", "help"] as const) {
      const keys = draw(snapshot, { view, detail: "e0000" }, 120, 80).map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});
