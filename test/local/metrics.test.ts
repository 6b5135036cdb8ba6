import { expect, onTestFinished, test } from "vitest";
import type { Clock } from "../../lib/core/ports.ts";
import type { MetricsSettings } from "../../local/settings.ts";
import type { VigieEvent } from "../../local/wiring/events.ts";
import { makeLocalMetrics } from "../../local/wiring/metrics.ts";
import { lineOf } from "../../local/wiring/plain.ts";
import { recordSample, T0 } from "../contract/samples.ts";
import { ManualClock } from "../functions/probe/doubles.ts";
import { type InfluxServer, influxServer } from "../support/influx-server.ts";

interface Options {
  spool?: string;
  spoolLimitBytes?: number;
  clock?: Clock;
  stop?: AbortController;
}

async function world(options: Options = {}) {
  const { stop = new AbortController() } = options;
  const server = await influxServer();
  const clock = new ManualClock(T0);
  const events: VigieEvent[] = [];
  const settings: { metrics: MetricsSettings } = {
    metrics: { influx: { url: server.url, database: "web", auth: null } },
  };
  const metrics = makeLocalMetrics({
    spool: ":memory:",
    clock,
    ...options,
    stop: stop.signal,
    listener: (event) => events.push(event),
    settings: () => settings.metrics,
  });
  onTestFinished(async () => {
    stop.abort();
    metrics.close();
    await server[Symbol.asyncDispose]();
  });
  const said = () => events.map((event) => (event.kind === "sink" ? event.trouble : event.kind));
  return { server, clock, stop, events, settings, metrics, said };
}

const records = (...ids: string[]) => ids.map((endpointId) => recordSample({ endpointId }));
const idsIn = (server: InfluxServer) => [...server.points.keys()].map((key) => key.split(" ")[0]);

/** Lets time pass until something holds: sockets take their time while the clock stands still. */
async function passUntil(clock: ManualClock, holds: () => boolean): Promise<void> {
  while (!holds()) await clock.advance(1_000);
}

test("records arrive as soon as they are there, without a look at the clock", async () => {
  const { metrics, server, said } = await world();
  void metrics.run();
  await metrics.sink.write(records("a", "b"));
  await server.until(() => server.points.size === 2);
  await metrics.sink.write(records("c"));
  await server.until(() => server.points.size === 3);
  expect(said()).toEqual([]);
});

test("while the sink fails they wait; that is said once, and so is its end", async () => {
  const { metrics, server, clock, said, events } = await world();
  server.mood = "unavailable";
  void metrics.run();
  await metrics.sink.write(records("a"));
  await passUntil(clock, () => server.asked.length >= 3);
  await metrics.sink.write(records("b"));
  expect(said()).toEqual(["began"]);
  server.mood = "well";
  await passUntil(clock, () => said().includes("over"));
  expect(idsIn(server)).toEqual(["a", "b"]);
  expect(said()).toEqual(["began", "over"]);
  const [began, over] = events.map((event) => lineOf(event, T0).slice(21));
  expect(began).toMatch(
    /^METRICS WAIT! InfluxDB at 127\.0\.0\.1:\d+ took no measurements: it answered 503; engine/,
  );
  expect(over).toBe("metrics are written again, those that waited too; nothing was lost");
});

test("a sink that is away is asked more and more rarely, at least once a minute", async () => {
  const pauses: number[] = [];
  const stop = new AbortController();
  const clock = {
    now: () => T0,
    sleep: async (ms: number) => {
      if (pauses.push(ms) === 8) stop.abort();
    },
  };
  const { metrics, server } = await world({ clock, stop });
  server.mood = "unavailable";
  await metrics.sink.write(records("a"));
  await metrics.run();
  expect(pauses.map((ms) => ms / 1_000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(server.asked).toHaveLength(8);
});

test("when more wait than may, the oldest go and that is said once, with how many in the end", async () => {
  const { metrics, server, clock, said, events } = await world({ spoolLimitBytes: 1_500 });
  server.mood = "unavailable";
  void metrics.run();
  for (const id of ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]) await metrics.sink.write(records(id));
  await passUntil(clock, () => said().includes("began"));
  server.mood = "well";
  await passUntil(clock, () => said().includes("over"));
  expect(said().sort()).toEqual(["began", "dropping", "over"]);
  const over = events.find((event) => event.kind === "sink" && event.trouble === "over");
  expect(over).toMatchObject({ message: expect.stringMatching(/; \d measurements had to be dropped$/) });
  expect(idsIn(server).at(-1)).toBe("j");
});

test("what the sink refuses is told with its reason, and holds up nothing", async () => {
  const { metrics, server, events } = await world();
  server.refused.add("bad");
  void metrics.run();
  await metrics.sink.write(records("good", "bad"));
  await metrics.sink.write(records("next"));
  await server.until(() => server.points.size === 2);
  expect(events.map((event) => lineOf(event, T0).slice(21))).toEqual([
    "our own fault (InfluxDB): InfluxDB refused 1 measurement (bad in paris at 2026-11-20T00:00:00.000Z): it is odd. " +
      "They are not sent again; the history has them.",
  ]);
});

test("a disk that fails is told, and what it does not take goes to the sink at once", async () => {
  const { metrics, server, said } = await world({ spool: "/dev/null/metrics.db" });
  await metrics.sink.write(records("a"));
  expect(idsIn(server)).toEqual(["a"]);
  server.mood = "unavailable";
  await expect(metrics.sink.write(records("b"))).rejects.toMatchObject({ code: "unavailable" });
  expect(said()).toEqual(["fault", "fault"]);
});

test("without a sink nothing is kept; a reload may name one, another, or none again", async () => {
  const { metrics, server, clock, settings, said } = await world();
  await using other = await influxServer();
  const { influx } = settings.metrics;
  settings.metrics = { influx: null };
  void metrics.run();
  await metrics.sink.write(records("nowhere"));
  settings.metrics = { influx };
  await metrics.sink.write(records("a"));
  await server.until(() => server.points.size === 1);
  server.mood = "reset";
  await metrics.sink.write(records("b"));
  await passUntil(clock, () => said().includes("began"));
  settings.metrics = { influx: { url: other.url, database: "web", auth: null } };
  await passUntil(clock, () => said().includes("over"));
  expect([idsIn(server), idsIn(other)]).toEqual([["a"], ["b"]]);
});

test("at the end what waits is written once more, unless the sink fails anyway", async () => {
  const { metrics, server, stop, said } = await world();
  const ended = metrics.run();
  stop.abort();
  await ended;
  await metrics.sink.write(records("last"));
  await metrics.finish();
  expect(idsIn(server)).toEqual(["last"]);
  server.mood = "unavailable";
  await metrics.sink.write(records("later"));
  await metrics.finish();
  await metrics.finish();
  expect(said()).toEqual(["began"]);
  expect(server.asked).toHaveLength(2);
});
