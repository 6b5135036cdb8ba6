/** A disk that is really full: three megabytes of memory, mounted in a namespace of its own. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeReceiver, makeWebsite } from "./support/servers.ts";
import { makeFolder, program, writeConfig } from "./support/vigie.ts";

const alone = ["--map-root-user", "--mount", "--pid", "--fork", "--kill-child"];
const canMount = spawnSync("unshare", [...alone, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
const smallDisk = join(import.meta.dirname, "support/small-disk.ts");

test.skipIf(!canMount)(
  "a full disk is said once, checks and alerts go on, recording resumes when it can (needs mount namespaces)",
  async () => {
    await using folder = await makeFolder();
    await using website = await makeWebsite();
    await using receiver = await makeReceiver();
    const config = await writeConfig(folder.path, {
      defaults: { interval: "10s", retries: 0, alert: { window: "20s", confirm: 1 } },
      endpoints: [{ id: "shop", name: "Shop", url: website.url }],
      notify: { webhooks: [{ name: "chat", url: receiver.url }] },
    });
    const data = join(folder.path, "data");
    await using running = program("unshare", [...alone, process.execPath, smallDisk, data, config]);
    const api = /http:\S+/.exec(await running.line(/listening on/))?.[0] ?? "";
    await running.line(/Shop: ok/);

    running.tell("fill");
    await running.line(/NOT RECORDING!/);
    expect((await fetch(`${api}/healthz`)).status).toBe(503);
    website.answers(500);
    await receiver.message(({ kind }) => kind === "down");

    running.tell("free");
    await running.line(/Recording works again; .* nothing was lost/);
    expect((await fetch(`${api}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${api}/v1/incidents`)).text()).toContain('"shop"');
    website.answers(200);
    await receiver.message(({ kind }) => kind === "up");
    expect(running.lines.filter((line) => /NOT RECORDING/.test(line))).toHaveLength(1);
    expect(receiver.received.map(({ kind }) => kind)).toEqual(["down", "up"]);
  },
  240_000,
);
