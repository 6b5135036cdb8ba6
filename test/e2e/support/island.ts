/**
 * A Vigie on an island: run inside a network namespace of its own (`unshare --net`), where an address that looks public
 * belongs to this machine, a website and a canary live at such addresses, and standard input pulls the cable.
 * Commands: `unplug`, `plug`, `break public`, `break lan`.
 */
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { makeWebsite } from "./servers.ts";
import { entry, writeConfig } from "./vigie.ts";

const [folder = ""] = process.argv.slice(2);
const PUBLIC = "11.22.33.44";
const CANARY = "11.22.33.45";

const ip = (...words: string[]) => execFileSync("ip", words);
const plug = () => {
  for (const address of [PUBLIC, CANARY]) ip("address", "add", `${address}/32`, "dev", "lo");
};
const unplug = () => {
  for (const address of [PUBLIC, CANARY]) ip("address", "delete", `${address}/32`, "dev", "lo");
};

ip("link", "set", "lo", "up");
plug();
const website = await makeWebsite(PUBLIC, 8_080);
const canary = await makeWebsite(CANARY, 8_080);
const lan = await makeWebsite();
const config = await writeConfig(folder, {
  canaries: [canary.url],
  defaults: { interval: "10s", retries: 0, alert: { window: "20s", confirm: 1 } },
  endpoints: [
    { id: "public", name: "Public", url: website.url },
    { id: "lan", name: "Lan", url: lan.url },
  ],
});
const words = ["start", "--no-ui", "--port", "0", "--config", config, "--data", `${folder}/data`];
const child = spawn(process.execPath, [entry, ...words], { stdio: ["ignore", "inherit", "inherit"] });
child.on("exit", (code) => process.exit(code ?? 1));

const commands: Record<string, () => void> = {
  plug,
  unplug,
  "break public": () => website.answers(500),
  "break lan": () => lan.answers(500),
};
createInterface({ input: process.stdin }).on("line", (line) => commands[line]?.());
