/**
 * A Vigie on a small disk: run inside a mount namespace of its own (`unshare --mount`), where the data directory is
 * three megabytes of memory. Commands on standard input: `fill`, `free`.
 */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { entry } from "./vigie.ts";

const [data = "", config = ""] = process.argv.slice(2);
const ballast = join(data, "ballast");

/** Writes until not one byte more fits. */
function fill(): void {
  const file = openSync(ballast, "a");
  for (let size = 65_536; size >= 1; ) {
    try {
      writeSync(file, Buffer.alloc(size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
}

mkdirSync(data, { recursive: true });
execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", data]);
const words = ["start", "--no-ui", "--port", "0", "--config", config, "--data", data];
const child = spawn(process.execPath, [entry, ...words], { stdio: ["ignore", "inherit", "inherit"] });
child.on("exit", (code) => process.exit(code ?? 1));

const commands: Record<string, () => void> = { fill, free: () => rmSync(ballast) };
createInterface({ input: process.stdin }).on("line", (line) => commands[line]?.());
