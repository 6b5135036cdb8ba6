import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { openSqlite, StoreInUse } from "../../lib/adapters/sqlite/index.ts";
import { MINUTE, ORG, T0 } from "../contract/samples.ts";

const WRITER = fileURLToPath(new URL("support/store-writer.ts", import.meta.url));
const BATCH = 100;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/**
 * Starts a writer and kills it as soon as it acknowledged so many batches: it is then at work on the next one.
 * Answers the last batch that it acknowledged.
 */
async function writeAndKill(path: string, first: number, batches: number): Promise<number> {
  const writer = spawn(process.execPath, ["--no-warnings", WRITER, path, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(writer, "close");
  let last = -1;
  for await (const line of createInterface(writer.stdout)) {
    last = Number(line);
    if (last - first + 1 >= batches) writer.kill("SIGKILL");
  }
  const [, signal] = await ended;
  expect(signal).toBe("SIGKILL");
  return last;
}

async function expectEverything(path: string, last: number): Promise<void> {
  const stores = openSqlite(path);
  try {
    expect(stores.connection.pragma("integrity_check")).toBe("ok");
    const ticks = await stores.ticks.all(ORG, T0, T0 + last * MINUTE);
    expect(ticks).toHaveLength((last + 1) * BATCH);
    const alert = await stores.alerts.get(ORG, "shop");
    expect(alert?.version).toBeGreaterThanOrEqual(last + 1);
    const incident = await stores.incidents.get(ORG, "i1");
    expect(incident?.revision).toBeGreaterThanOrEqual(last + 1);
    const sent = incident?.messages.map(({ effectId }) => effectId) ?? [];
    expect(sent.slice(0, last + 1)).toEqual(Array.from({ length: last + 1 }, (_, n) => `m${n}`));
  } finally {
    stores.close();
  }
}

test("kill -9 in the middle of writing loses nothing that was acknowledged, damages nothing and locks nobody out", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vigie-"));
  folders.push(folder);
  const path = join(folder, "vigie.db");
  let next = 0;
  for (const batches of [1, 3, 7, 8, 2, 5, 13, 1, 21, 4]) {
    const last = await writeAndKill(path, next, batches);
    expect(last).toBeGreaterThanOrEqual(next);
    await expectEverything(path, last);
    next = last + 1;
  }
});

test("while it lives, the writer is the only one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vigie-"));
  folders.push(folder);
  const path = join(folder, "vigie.db");
  const writer = spawn(process.execPath, ["--no-warnings", WRITER, path, "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(writer, "close");
  await once(writer.stdout, "data");
  try {
    expect(() => openSqlite(path)).toThrow(StoreInUse);
    expect(() => openSqlite(path)).toThrow(new RegExp(`process ${writer.pid}`));
    const reader = openSqlite(path, { readOnly: true });
    expect(await reader.ticks.all(ORG, T0, T0)).toHaveLength(BATCH);
    reader.close();
  } finally {
    writer.kill("SIGKILL");
    await ended;
  }
  openSqlite(path).close();
});
