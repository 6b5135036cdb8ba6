/** `vigie start` as people run it: a real process, real targets on loopback, a real data file. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { makeReceiver, makeWebsite } from "./support/servers.ts";
import { makeFolder, vigie, writeConfig } from "./support/vigie.ts";

/** Judged by the last two of ten-second checks, without repeats: the fastest policy there is. */
const fast = { interval: "10s", retries: 0, alert: { window: "20s", confirm: 1 } };

const portOf = (line: string): string => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? "";

describe("vigie start --once", () => {
  test("answers 0 when all are up, 1 when one failed", async () => {
    await using folder = await makeFolder();
    await using website = await makeWebsite();
    const data = join(folder.path, "data");
    const config = await writeConfig(folder.path, {
      endpoints: [{ name: "Shop", url: website.url, retries: 0 }],
    });
    await using well = vigie(["start", "--once", "--config", config, "--data", data]);
    expect(await well.ended).toBe(0);
    expect(await well.line(/Shop: ok 200 in \d+ ms/)).toBeTruthy();
    website.answers(503);
    await using ill = vigie(["start", "--once", "--config", config, "--data", data]);
    expect(await ill.ended).toBe(1);
    expect(await ill.line(/Shop: FAILED http\.error/)).toBeTruthy();
    expect(website.hits()).toBe(2);
  });

  test("answers 2 when a fault of ours kept it from judging", async () => {
    await using folder = await makeFolder();
    const canaryThatRefuses = "http://127.0.0.1:1/";
    const config = await writeConfig(folder.path, {
      canaries: [canaryThatRefuses],
      endpoints: [{ url: "http://nowhere.invalid/", retries: 0 }],
    });
    await using lost = vigie(["start", "--once", "--config", config, "--data", join(folder.path, "data")]);
    expect(await lost.ended).toBe(2);
    expect(await lost.line(/OUR OWN NETWORK/)).toBeTruthy();
  });
});

describe("vigie start", () => {
  test("says so when a website goes down and when it is back, answers on loopback and stops cleanly", async () => {
    await using folder = await makeFolder();
    await using website = await makeWebsite();
    await using receiver = await makeReceiver();
    const data = join(folder.path, "data");
    const config = await writeConfig(folder.path, {
      defaults: fast,
      endpoints: [{ id: "shop", name: "Shop", url: website.url }],
      notify: { webhooks: [{ name: "chat", url: receiver.url }] },
    });
    await using running = vigie(["start", "--no-ui", "--port", "0", "--config", config, "--data", data]);
    const api = portOf(await running.line(/listening on/));
    await running.line(/Shop: ok 200/);
    expect((await fetch(`${api}/healthz`)).status).toBe(200);

    website.answers(500);
    const down = await running.line(/Website Shop is down\. availability=50\.0%, time=\d{4}-/);
    expect(await receiver.message(({ kind }) => kind === "down")).toMatchObject({ title: down.slice(21) });
    const open = await (await fetch(`${api}/v1/incidents?open=true`)).text();
    expect(open).toContain('"shop"');

    website.answers(200);
    await running.line(/Website Shop is up\. availability=100\.0%, time=.*, downtime=/);
    await receiver.message(({ kind }) => kind === "up");

    running.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    const stores = openSqlite(join(data, "vigie.db"), { readOnly: true });
    const incidents = await stores.incidents.list({ org: "default", limit: 10 });
    const records = await stores.ticks.records("default", "shop", 0, Date.now());
    stores.close();
    expect(incidents).toMatchObject([{ closed: "recovered", endpointId: "shop", worst: "down" }]);
    expect(incidents[0]?.messages.map(({ kind }) => kind)).toEqual(["down", "up"]);
    expect(records.length).toBe(website.hits());
    expect(records.every(({ scheduledAt, startedAt }) => startedAt - scheduledAt < 5_000)).toBe(true);
  });

  test("reloads the configuration whole or not at all", async () => {
    await using folder = await makeFolder();
    await using first = await makeWebsite();
    await using second = await makeWebsite();
    const data = join(folder.path, "data");
    const one = { name: "One", url: first.url, interval: "10s" };
    const two = { name: "Two", url: second.url, interval: "10s" };
    const config = await writeConfig(folder.path, { endpoints: [one] });
    await using running = vigie(["start", "--no-ui", "--port", "0", "--config", config, "--data", data]);
    await running.line(/One: ok/);
    await writeConfig(folder.path, { endpoints: [one, { ...two, interval: "7s" }] });
    expect(await running.line(/NOT reloaded/)).toMatch(/vigie\.yaml:1:\d+: endpoints\[1\]\.interval/);
    await writeConfig(folder.path, { endpoints: [one, two] });
    await running.line(/configuration reloaded: 1 added; watching 2 endpoints/);
    await running.line(/Two: ok/);
    await writeConfig(folder.path, { endpoints: [two] });
    await running.line(/configuration reloaded: 1 removed; watching 1 endpoint$/);
    running.kill("SIGINT");
    expect(await running.ended).toBe(130);
  });

  test("goes on without HTTP when its port is taken, and leaves a data file in use alone", async () => {
    await using folder = await makeFolder();
    await using website = await makeWebsite();
    const words = ["start", "--no-ui", website.url];
    await using holder = vigie([...words, "--port", "0", "--data", join(folder.path, "one")]);
    const port = new URL(portOf(await holder.line(/listening on/))).port;
    await using other = vigie([...words, "--port", port, "--data", join(folder.path, "two")]);
    await other.line(/NO HTTP API/);
    await other.line(/: ok 200/);
    await using intruder = vigie([...words, "--port", "0", "--data", join(folder.path, "one")]);
    expect(await intruder.ended).toBe(2);
    await intruder.line(/is in use by process \d+/);
  });
});
