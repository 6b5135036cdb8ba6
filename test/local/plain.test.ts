import { expect, test } from "vitest";
import { failure } from "../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { InvalidInput, Unavailable } from "../../lib/core/errors.ts";
import type { VigieEvent } from "../../local/wiring/events.ts";
import { lineOf } from "../../local/wiring/plain.ts";
import { makeQuiet } from "../../local/wiring/quiet.ts";
import { troublesOf } from "../../local/wiring/troubles.ts";
import { makeTurns } from "../../local/wiring/turns.ts";

const T0 = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

const recordOf = (ok: boolean, minute: number, changes: Partial<CheckRecord> = {}): CheckRecord => ({
  org: "default",
  endpointId: "shop",
  region: "local",
  scheduledAt: T0 + minute * MINUTE,
  startedAt: T0 + minute * MINUTE,
  outcome: ok ? "ok" : failure("tcp.refused", "10.0.0.1:443: ECONNREFUSED"),
  status: ok ? 200 : null,
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  transferMs: null,
  totalMs: 41.6,
  bytes: 0,
  flags: [],
  ...changes,
});

test("one line for each event", () => {
  const issue = { path: "endpoints[0].interval", expected: "", received: "", message: "is not a duration" };
  const full = new Unavailable("the disk is full");
  const events: VigieEvent[] = [
    { kind: "started", endpoints: 1, region: "local", canaries: 2 },
    { kind: "started", endpoints: 5, region: "paris", canaries: 0 },
    { kind: "listening", url: "http://127.0.0.1:4280" },
    { kind: "turned", title: "Shop", record: recordOf(true, 0), first: true },
    { kind: "turned", title: "Shop", record: recordOf(false, 1), first: false },
    { kind: "message", title: "Website Shop is down. availability=50.0%, time=2026-11-20T12:02:00Z" },
    { kind: "own-network", up: false, since: T0 },
    { kind: "own-network", up: true, since: T0 },
    { kind: "store", trouble: { kind: "began", at: T0, cause: full, message: "Nothing can be recorded." } },
    {
      kind: "store",
      trouble: { kind: "over", at: T0, since: T0, lost: 0, message: "Recording works again." },
    },
    { kind: "sink", trouble: "began", message: "METRICS WAIT! InfluxDB is away." },
    { kind: "reloaded", changes: { added: [], changed: [], removed: [] }, endpoints: 3 },
    {
      kind: "reload-failed",
      error: new InvalidInput([{ ...issue, file: "vigie.yaml", line: 7, column: 3 }]),
    },
    { kind: "ticks-skipped", minutes: 44, from: T0 },
    { kind: "overrun", shard: "minutes-1-0", scheduledAt: T0 },
    { kind: "fault", error: new Error("out of memory"), context: { what: "check", endpointId: "shop" } },
    { kind: "port-taken", port: 4280, reason: "in use" },
    { kind: "useless-canaries" },
    { kind: "stopping", reason: "SIGTERM" },
  ];
  expect(events.map((event) => lineOf(event, T0))).toMatchSnapshot();
});

test("what a target or a name says can't move the cursor or start a line of its own", () => {
  const title = "Shop\u001b[2J\r\nforged line";
  const line = lineOf({ kind: "message", title }, T0);
  expect(line).toBe("2026-11-20T12:00:00Z Shop [2J  forged line");
});

function turnsOf(tellFirstOk: boolean) {
  const told: string[] = [];
  const sink = makeTurns({
    listener: (event) => {
      if (event.kind === "turned")
        told.push(`${event.title} ${event.record.outcome === "ok"} ${event.first}`);
    },
    titleOf: async (_org, id) => (id === "gone" ? null : id),
    tellFirstOk: () => tellFirstOk,
  });
  return { sink, told };
}

test("turns between ok and failed are told once, first outcomes too", async () => {
  const { sink, told } = turnsOf(true);
  const outcomes = [true, true, false, false, true];
  await sink.write(outcomes.map((ok, minute) => recordOf(ok, minute)));
  expect(told).toEqual(["shop true true", "shop false false", "shop true false"]);
});

test("of many endpoints only first failures are told", async () => {
  const { sink, told } = turnsOf(false);
  await sink.write([recordOf(true, 0), recordOf(false, 0, { endpointId: "bank" })]);
  expect(told).toEqual(["bank false true"]);
});

test("outcomes that don't count, stragglers and endpoints that are gone turn nothing", async () => {
  const { sink, told } = turnsOf(true);
  await sink.write([
    recordOf(false, 0, { invalid: "our own network" }),
    recordOf(true, 5),
    recordOf(false, 4),
  ]);
  await sink.write([recordOf(false, 1, { endpointId: "gone" })]);
  expect(told).toEqual(["shop true true"]);
});

test("the same fault of ours is said once in ten minutes; everything else is always", () => {
  let now = T0;
  const told: string[] = [];
  const listener = makeQuiet((event) => told.push(event.kind), { now: () => now });
  const fault = (message: string): VigieEvent => ({
    kind: "fault",
    error: new Error(message),
    context: { what: "check" },
  });
  listener(fault("a"));
  listener(fault("a"));
  listener(fault("b"));
  listener({ kind: "useless-canaries" });
  listener({ kind: "useless-canaries" });
  expect(told).toEqual(["fault", "fault", "useless-canaries", "useless-canaries"]);
  now += 10 * MINUTE;
  listener(fault("a"));
  expect(told).toHaveLength(5);
});

test("a health check hears of a store that doesn't record and of ticks that stopped", () => {
  const well = { now: () => T0, tickedAt: () => T0, storeTrouble: () => null };
  expect(troublesOf({ ...well, tickedAt: () => null })).toEqual([]);
  expect(troublesOf(well)).toEqual([]);
  expect(troublesOf({ ...well, now: () => T0 + 3 * MINUTE, storeTrouble: () => "the disk is full" })).toEqual(
    ["not recording: the disk is full", "no checks were started for more than two minutes"],
  );
});
