import { describe, expect, test } from "vitest";
import type { Measurement } from "../../../lib/core/check/measurement.ts";
import { type Paint, painterFor, plain } from "../../../local/cli/io.ts";
import { checkJson } from "../../../local/cli/render/check-json.ts";
import { table } from "../../../local/cli/render/table.ts";
import { bytesText, msText, percentText } from "../../../local/cli/render/units.ts";
import { waterfall } from "../../../local/cli/render/waterfall.ts";

const paint: Paint = (_style, text) => text;

const timings = {
  dnsMs: 10,
  connectMs: 20,
  tlsMs: 30,
  firstByteMs: 40,
  transferMs: null,
  totalMs: 100.12345,
};
const remote = { address: "192.0.2.1", family: 4 } as const;
const tls = {
  protocol: "TLSv1.3",
  cipher: "TLS_AES_128_GCM_SHA256",
  validTo: "2027-01-01T00:00:00.000Z",
  daysLeft: 42,
  issuer: "Test \u001b[2J CA",
};

const measurement: Measurement = {
  outcome: { phase: "application", type: "expect.body", message: "lacks \u001b]0;owned\u0007 text" },
  startedAt: 0,
  endedAt: 100,
  status: 200,
  timings,
  hops: [{ url: "https://a.example/", status: 200, timings, remote, tls }],
  remote,
  tls,
  bytes: 4_096,
  tries: 2,
  flags: ["retried"],
  publicTarget: true,
};

describe("a waterfall", () => {
  const lines = waterfall("https://a.example/", measurement, paint);

  test("shows each phase where it began", () => {
    const bars = lines.filter((line) => line.includes("█")).map((line) => line.slice(25));
    expect(bars.map((bar) => bar.indexOf("█"))).toEqual([0, 3, 11, 23]);
    expect(lines.join("\n")).toContain("total       ".concat("   100 ms"));
  });

  test("never passes control characters of a server on to the terminal", () => {
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
  });

  test("says the tries, the certificate and the flags", () => {
    expect(lines[0]).toContain("(2 tries)");
    expect(lines.at(-1)).toContain("TLSv1.3");
    expect(lines.at(-1)).toContain("42 days left · 4.1 kB read · flags: retried");
  });

  test("names every hop of a redirect", () => {
    const [hop] = measurement.hops;
    if (hop === undefined) throw new Error("there is a hop");
    const hops = [{ ...hop, url: "http://a.example/", status: 301 }, hop];
    const shown = waterfall("http://a.example/", { ...measurement, hops }, paint).join("\n");
    expect(shown).toContain("  301 http://a.example/\n");
    expect(shown).toContain("  200 https://a.example/\n");
  });
});

test("check --json keeps microseconds and reduces TLS to protocol and end", () => {
  const json = checkJson("https://a.example/", measurement);
  expect(json).toMatchObject({ ok: false, type: "expect.body", phase: "application", status: 200 });
  expect(json.timings).toEqual({ ...timings, totalMs: 100.123 });
  expect(json.tls).toEqual({ protocol: "TLSv1.3", validTo: "2027-01-01T00:00:00.000Z" });
  expect(json.hops[0]?.tls).toEqual(json.tls);
});

test("units", () => {
  expect([0.04, 9.94, 12.6, 1_234].map(msText)).toEqual(["0.0 ms", "9.9 ms", "13 ms", "1.23 s"]);
  expect([12, 4_096, 1_048_576].map(bytesText)).toEqual(["12 B", "4.1 kB", "1.0 MB"]);
  expect([null, 1, 0.6667].map(percentText)).toEqual(["—", "100.0%", "66.7%"]);
});

test("a table aligns numbers to the right and pads no last column", () => {
  const columns = [{ title: "NAME" }, { title: "MS", numeric: true }, { title: "X" }];
  expect(
    table(columns, [
      ["a", "1", "y"],
      ["bcdef", "123"],
    ]),
  ).toEqual(["NAME    MS  X", "a        1  y", "bcdef  123"]);
});

describe("colours", () => {
  const stream = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream; // the painter asks for nothing else
  test("only on a terminal, and never against NO_COLOR", () => {
    expect(painterFor(stream(true), {})("red", "x")).toBe("\u001b[31mx\u001b[39m");
    expect(painterFor(stream(true), { NO_COLOR: "1" })("red", "x")).toBe("x");
    expect(painterFor(stream(true), { NO_COLOR: "" })("red", "x")).toContain("\u001b[");
    expect(painterFor(stream(true), { TERM: "dumb" })("red", "x")).toBe("x");
    expect(painterFor(stream(false), {})("red", "x")).toBe("x");
  });
});

test("plain text holds no control or direction characters", () => {
  expect(plain("a\u0007b\u202ec\u2066d\n")).toBe("a\ufffdb\ufffdc\ufffdd\ufffd");
});
