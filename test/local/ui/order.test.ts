import { describe, expect, it } from "vitest";
import { filtered, type Sortable, type SortKey, sorted } from "../../../local/ui/order.ts";
import type { ShownVerdict } from "../../../local/ui/source.ts";
import { aRow } from "./world.ts";

interface Wanted {
  verdict?: ShownVerdict;
  group?: string;
  avgMs?: number | null;
  availability?: number | null;
}

function row(
  id: string,
  { verdict = "up", group = "", avgMs = 10, availability = 1 }: Wanted = {},
): Sortable {
  const { stats } = aRow(9);
  return {
    id,
    title: id,
    group,
    url: `https://${id}.example`,
    tags: { team: id === "b" ? "Payments" : "other" },
    now: { verdict, since: null, failing: [] },
    stats: { ...stats, availability, response: { ...stats.response, avgMs } },
  };
}

const order = (rows: Sortable[], key: SortKey, reversed = false) =>
  sorted(rows, key, reversed).map(({ id }) => id);

describe("order", () => {
  it("of gravity: down, degraded, unknown, up, paused; then by group and name", () => {
    const rows = [
      row("paused", { verdict: "paused" }),
      row("up-2"),
      row("up-10"),
      row("in-group", { group: "Shop" }),
      row("unknown", { verdict: "unknown" }),
      row("degraded", { verdict: "degraded" }),
      row("down", { verdict: "down" }),
    ];
    expect(order(rows, "worst")).toEqual([
      "down",
      "degraded",
      "unknown",
      "in-group",
      "up-2",
      "up-10",
      "paused",
    ]);
  });

  it("of numbers puts first what needs a look, and last what has none, in either direction", () => {
    const rows = [row("none", { avgMs: null }), row("fast", { avgMs: 5 }), row("slow", { avgMs: 900 })];
    expect(order(rows, "average")).toEqual(["slow", "fast", "none"]);
    expect(order(rows, "average", true)).toEqual(["fast", "slow", "none"]);
    const shares = [row("all"), row("half", { availability: 0.5 }), row("none", { availability: null })];
    expect(order(shares, "availability")).toEqual(["half", "all", "none"]);
  });

  it("changes nothing in place", () => {
    const rows = [row("b"), row("a")];
    expect(order(rows, "name")).toEqual(["a", "b"]);
    expect(rows.map(({ id }) => id)).toEqual(["b", "a"]);
  });
});

describe("filter", () => {
  const rows = [row("a", { group: "Shop" }), row("b")];
  const found = (filter: string) => filtered(rows, filter).map(({ id }) => id);

  it("looks at name, address, group and tags, whatever the case", () => {
    expect(found("SHOP")).toEqual(["a"]);
    expect(found("b.example")).toEqual(["b"]);
    expect(found("team=pay")).toEqual(["b"]);
    expect(found("nothing like it")).toEqual([]);
    expect(found("")).toEqual(["a", "b"]);
  });
});
