/** Fault: the sink is away for ten minutes. Alerts come as without it; every measurement is there afterwards, once. */
import { expect, onTestFinished, test } from "vitest";
import { makeCanaryGate } from "../../functions/probe/canary.ts";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { parseConfig } from "../../local/config/load.ts";
import type { Settings } from "../../local/settings.ts";
import { makeEngine } from "../../local/wiring/engine.ts";
import type { VigieEvent } from "../../local/wiring/events.ts";
import { makeLocalMetrics } from "../../local/wiring/metrics.ts";
import { T0 } from "../contract/samples.ts";
import { endpointOf, ManualClock, refused, scriptedChecker } from "../functions/probe/doubles.ts";
import { type InfluxServer, influxServer } from "../support/influx-server.ts";
import type { Mood } from "../support/moody-server.ts";

const MINUTE = 60_000;
const STEP = 5_000;
const MINUTES = 20;
const minuteOf = (at: number): number => Math.floor((at - T0) / MINUTE);

/** The shop is down from minute 4 to 9, in the midst of the sink's outage of minutes 2 to 12. */
const shopIsDown = (at: number): boolean => minuteOf(at) >= 4 && minuteOf(at) < 9;
const sinkIsAway = (at: number): boolean => minuteOf(at) >= 2 && minuteOf(at) < 12;

const settingsFor = (server: InfluxServer | null): Settings => {
  const metrics = server === null ? {} : { influx: { url: server.url, database: "web" } };
  return parseConfig(JSON.stringify({ metrics }), "vigie.yaml", {});
};

async function twentyMinutes(server: InfluxServer | null, outage: Mood) {
  const clock = new ManualClock(T0);
  const stores = openSqlite(":memory:");
  const settings = settingsFor(server);
  const events: VigieEvent[] = [];
  const messages: string[] = [];
  const listener = (event: VigieEvent) => {
    if (event.kind === "message") messages.push(`${clock.now() - T0} ${event.title}`);
    else events.push(event);
  };
  const stop = new AbortController();
  const metrics = makeLocalMetrics({
    spool: ":memory:",
    clock,
    listener,
    settings: () => settings.metrics,
    stop: stop.signal,
  });
  onTestFinished(() => {
    stop.abort();
    metrics.close();
    stores.close();
  });
  await stores.endpoints.replaceAll("file", [endpointOf("shop"), endpointOf("blog")]);
  const checker = scriptedChecker(clock, ({ id }, at) => ({
    outcome: id === "shop" && shopIsDown(at) ? refused : "ok",
    takesMs: 300,
  }));
  const never = () => undefined;
  const gate = makeCanaryGate({
    urls: [],
    checker,
    clock,
    onOwnNetwork: never,
    onUselessCanaries: never,
    onFault: never,
  });
  const probes = {
    gate,
    checker: { ...checker, forTick: () => checker, warmUp: async () => undefined, close: never },
    close: never,
  };
  const sinks = [metrics.sink];
  const engine = makeEngine({ settings, stores, probes, clock, env: {}, listener, sinks, holder: "me" });
  const [shard] = await stores.endpoints.shards();
  if (shard === undefined) throw new TypeError("one shard");
  void metrics.run();
  for (let at = T0; at < T0 + MINUTES * MINUTE; at += STEP) {
    if (server !== null) server.mood = sinkIsAway(at) ? outage : "well";
    if (at % MINUTE === 0) void engine.probe({ shard, scheduledAt: at });
    await clock.advance(STEP);
    await engine.watchdog();
  }
  const records = await stores.ticks.all("default", 0, Number.MAX_SAFE_INTEGER);
  return { clock, messages, events, records };
}

const outages: readonly Mood[] = ["unavailable", "reset", "stored-then-reset"];

test.each(outages)("a sink that is %s for ten minutes", async (outage) => {
  await using server = await influxServer();
  const without = await twentyMinutes(null, outage);
  const { clock, messages, events, records } = await twentyMinutes(server, outage);
  expect(messages.map((message) => message.split(" ").slice(1, 5).join(" "))).toEqual([
    "Website https://shop.example/ is down.",
    "Website https://shop.example/ is up.",
  ]);
  expect(messages).toEqual(without.messages);
  expect(records).toHaveLength(2 * MINUTES);
  const expected = records.map(
    ({ endpointId, region, scheduledAt }) => `${endpointId} ${region} ${scheduledAt}`,
  );
  const isOver = () => events.some((event) => event.kind === "sink" && event.trouble === "over");
  // the last of them are on their way, over a real socket: what never arrived would end this test by its time limit
  while (!isOver() || server.points.size < expected.length) await clock.advance(1_000);
  expect([...server.points.keys()].sort()).toEqual(expected.sort());
  expect([...server.points.values()].filter(({ fields }) => fields["ok"] === 0)).toHaveLength(5);
  if (outage !== "stored-then-reset") expect([...new Set(server.sent.values())]).toEqual([1]);
  expect(events).toMatchObject([
    { kind: "sink", trouble: "began" },
    { kind: "sink", trouble: "over" },
  ]);
});
