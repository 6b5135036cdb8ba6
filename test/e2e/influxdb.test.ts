/** Against a real InfluxDB 1.x, as Debian has it; without one these tests are skipped and say why. */
import { join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { fixedAuth, type InfluxAuth } from "../../lib/adapters/influxdb/auth.ts";
import { makeInfluxSink } from "../../lib/adapters/influxdb/sink.ts";
import type { Rejected } from "../../lib/adapters/metrics/rejected.ts";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { failedRecord, MINUTE, recordSample } from "../contract/samples.ts";
import { type Influxd, influxd, whyNoInfluxd } from "./support/influxd.ts";
import { makeWebsite } from "./support/servers.ts";
import { makeFolder, vigie, writeConfig } from "./support/vigie.ts";

const missing = whyNoInfluxd();
const requireInfluxd = ({ skip }: TestContext) => missing !== null && skip(missing);

function sinkTo({ url }: Pick<Influxd, "url">, auth: InfluxAuth | null = null) {
  const rejected: Rejected[] = [];
  const onRejected = (some: readonly Rejected[]) => void rejected.push(...some);
  return { rejected, ...makeInfluxSink({ url, database: "web", auth: fixedAuth(auth), onRejected }) };
}

/** Now, to the minute: databases keep nothing that is older than their retention. */
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;
const many = (count: number, scheduledAt = NOW) =>
  Array.from({ length: count }, (_, i) => recordSample({ endpointId: `site-${i}`, scheduledAt }));

describe("InfluxDB 1.x", () => {
  test("keeps every field of a point, and one point however often it is written", async (context) => {
    requireInfluxd(context);
    await using folder = await makeFolder();
    await using server = await influxd({ folder: join(folder.path, "influx") });
    await server.query("CREATE DATABASE web");
    const { write, rejected } = sinkTo(server);
    const nasty = `it said "no\\" = a, b`;
    const odd = { endpointId: "a,b =c", region: "\\paris\\", scheduledAt: NOW };
    const failed = failedRecord({ ...odd, outcome: { phase: "dns", type: "dns.failed", message: nasty } });
    const records = [recordSample({ scheduledAt: NOW, flags: ["cold"] }), failed];
    await write(records);
    await write(records);
    expect(
      await server.query(
        "SELECT ok, status, total_ms, flagged, outcome, flags FROM vigie_check WHERE endpoint='shop'",
      ),
    ).toEqual([[NOW, 1, 200, 134.376, true, "ok", "cold"]]);
    expect(
      await server.query(`SELECT ok, message, endpoint, region FROM vigie_check WHERE endpoint='a,b =c'`),
    ).toEqual([[NOW, 0, nasty, "a,b =c", "/paris/"]]);
    expect(rejected).toEqual([]);
  });

  test("takes a thousand points, and its mean of `ok` is the availability", async (context) => {
    requireInfluxd(context);
    await using folder = await makeFolder();
    await using server = await influxd({ folder: join(folder.path, "influx") });
    await server.query("CREATE DATABASE web");
    const down = failedRecord({ endpointId: "down", scheduledAt: NOW });
    await sinkTo(server).write([
      ...many(999),
      down,
      { ...down, endpointId: "ours", invalid: "no canary answered" },
    ]);
    expect(await server.query("SELECT mean(ok), count(ok) FROM vigie_check")).toEqual([[0, 0.999, 1_000]]);
  });

  test("refuses what is older than it keeps: that is told, and the rest written", async (context) => {
    requireInfluxd(context);
    await using folder = await makeFolder();
    await using server = await influxd({ folder: join(folder.path, "influx") });
    await server.query("CREATE DATABASE web WITH DURATION 2h");
    const { write, rejected } = sinkTo(server);
    const old = [3, 250].map((i) =>
      recordSample({ endpointId: `old-${i}`, scheduledAt: NOW - 300 * MINUTE }),
    );
    await write([...many(200), ...old, ...many(200, NOW - MINUTE)]);
    expect(rejected.map(({ record }) => record.endpointId)).toEqual(["old-3", "old-250"]);
    expect(rejected[0]?.reason).toMatch(/points beyond retention policy/);
    expect(await server.query("SELECT count(total_ms) FROM vigie_check")).toEqual([[0, 400]]);
  });

  test("a field that others wrote as another type is told for each point it stops", async (context) => {
    requireInfluxd(context);
    await using folder = await makeFolder();
    await using server = await influxd({ folder: join(folder.path, "influx") });
    await server.query("CREATE DATABASE web");
    const body = `vigie_check,endpoint=shop status="two hundred" ${NOW}`;
    await fetch(`${server.url}/write?db=web&precision=ms`, { method: "POST", body });
    const { write, rejected } = sinkTo(server);
    await write([...many(5), failedRecord({ scheduledAt: NOW })]);
    expect(rejected).toHaveLength(5);
    expect(rejected[0]?.reason).toMatch(/field type conflict/);
    expect(await server.query("SELECT ok FROM vigie_check WHERE endpoint='shop'")).toEqual([[NOW, 0]]);
  });

  test("a database that is missing and credentials that are wrong lose nothing", async (context) => {
    requireInfluxd(context);
    await using folder = await makeFolder();
    const auth = { user: "vigie", password: "p@ss word" };
    await using server = await influxd({ folder: join(folder.path, "influx"), auth });
    const right = sinkTo(server, { scheme: "Basic", ...auth });
    const wrong = sinkTo(server, { scheme: "Basic", user: "vigie", password: "x" });
    await expect(right.write(many(1))).rejects.toThrow(/answered 404; create the database/);
    await expect(wrong.write(many(1))).rejects.toThrow(/answered 401; check user, password or token/);
    await server.query("CREATE DATABASE web");
    await right.write(many(1));
    expect([right.rejected, wrong.rejected]).toEqual([[], []]);
  });
});

test("Vigie and InfluxDB are both killed and started again: every measurement is there, once", async (context) => {
  requireInfluxd(context);
  await using folder = await makeFolder();
  await using website = await makeWebsite();
  const data = join(folder.path, "data");
  const database = join(folder.path, "influx");
  const first = await influxd({ folder: database });
  await first.query("CREATE DATABASE web");
  const config = await writeConfig(folder.path, {
    endpoints: ["shop", "blog", "api"].map((id) => ({
      id,
      url: `${website.url}${id}`,
      name: id,
      interval: "10s",
    })),
    metrics: { influx: { url: first.url, database: "web" } },
  });
  const start = () => vigie(["start", "--no-ui", "--port", "0", "--config", config, "--data", data]);
  await first.kill();

  await using killed = start();
  for (const id of ["shop", "blog", "api"]) await killed.line(new RegExp(`${id}: ok`));
  await killed.line(/METRICS WAIT! .*no answer \(ECONNREFUSED\)/);
  killed.kill("SIGKILL");
  await killed.ended;

  const port = Number(new URL(first.url).port);
  await using second = await influxd({ folder: database, port });
  await using stopped = start();
  await stopped.line(/shop: ok/);
  stopped.kill("SIGTERM");
  expect(await stopped.ended).toBe(0);

  const stores = openSqlite(join(data, "vigie.db"), { readOnly: true });
  const recorded = await stores.ticks.all("default", 0, Number.MAX_SAFE_INTEGER);
  stores.close();
  const found = await second.query("SELECT status, endpoint FROM vigie_check");
  const keys = recorded.map(({ scheduledAt, endpointId }) => `${scheduledAt} ${endpointId}`);
  expect(found.map(([at, , endpoint]) => `${at} ${endpoint}`).sort()).toEqual(keys.sort());
  expect(recorded.length).toBeGreaterThanOrEqual(3);
  expect(stopped.lines.join("\n")).not.toMatch(/METRICS|fault/);
});
