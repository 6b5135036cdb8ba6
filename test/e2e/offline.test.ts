/** The network cable, really pulled: in a network namespace of its own. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import { makeFolder, program } from "./support/vigie.ts";

/** A network and processes of their own: all end when the first one does. */
const alone = ["--map-root-user", "--net", "--pid", "--fork", "--kill-child"];
const namespaces = spawnSync("unshare", [...alone, "ip", "link", "set", "lo", "up"]).status === 0;
const island = join(import.meta.dirname, "support/island.ts");

test.skipIf(!namespaces)(
  "an unplugged network blames no public endpoint, then or after, and private ones are judged all the while (needs network namespaces)",
  async () => {
    await using folder = await makeFolder();
    await using running = program("unshare", [...alone, process.execPath, island, folder.path]);
    await running.line(/Public: ok/);
    await running.line(/Lan: ok/);

    running.tell("unplug");
    await running.line(/OUR OWN NETWORK is unreachable/);
    running.tell("break lan");
    await running.line(/Website Lan is down/);

    running.tell("plug");
    await running.line(/our own network is back/);
    running.tell("break public");
    await running.line(/Website Public is down/);

    const stores = openSqlite(join(folder.path, "data", "vigie.db"), { readOnly: true });
    const records = await stores.ticks.records("default", "public", 0, Number.MAX_SAFE_INTEGER);
    const incidents = await stores.incidents.list({ org: "default", endpointId: "public", limit: 10 });
    stores.close();
    const doubtful = records.filter(({ invalid }) => invalid !== undefined);
    expect(doubtful.length).toBeGreaterThan(0);
    expect(incidents).toHaveLength(1);
    const firstBlame = incidents[0]?.firstFailure?.scheduledAt ?? 0;
    expect(firstBlame).toBeGreaterThan(Math.max(...doubtful.map(({ scheduledAt }) => scheduledAt)));
    expect(running.lines.filter((line) => /Website Public is/.test(line))).toHaveLength(1);
    expect(running.lines.filter((line) => /our own network/i.test(line))).toHaveLength(2);
  },
  180_000,
);
