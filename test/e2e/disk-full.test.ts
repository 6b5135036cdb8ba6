import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, type TestContext, test } from "vitest";
import { openResilient, openSqlite, type StoreTrouble } from "../../lib/adapters/sqlite/index.ts";
import { Unavailable } from "../../lib/core/errors.ts";
import {
  endpointSample,
  incidentSample,
  MINUTE,
  ORG,
  recordSample,
  stateSample,
  T0,
} from "../contract/samples.ts";
import { troubledIn } from "../support/troubled.ts";

const disks: string[] = [];
afterEach(() => {
  for (const disk of disks.splice(0)) {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});

/** A disk of two megabytes; where none may be mounted the test is skipped. */
function smallDisk({ skip }: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "vigie-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "pipe" });
  } catch {
    rmSync(folder, { recursive: true });
    skip("mounting a small file system needs root; SQLITE_FULL itself is covered by resilient.test.ts");
  }
  disks.push(folder);
  return folder;
}

/** Takes all the space there is; answers what gives it back. */
function fill(disk: string): () => void {
  const path = join(disk, "filler");
  for (let size = 2 * 1024 * 1024; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: "a" });
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOSPC" });
    }
  }
  return () => unlinkSync(path);
}

const tick = (i: number) => recordSample({ scheduledAt: T0 + i * MINUTE, startedAt: T0 + i * MINUTE });
const ticks = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => tick(from + i));

function watched(path: string) {
  const events: StoreTrouble[] = [];
  const stores = openResilient(path, { now: () => T0, onTrouble: (event) => events.push(event) });
  return { stores, said: () => events.map(({ kind }) => kind), events };
}

test("a disk that fills up: said once, all goes on in memory, and all of it is recorded when there is room", async (context) => {
  const disk = smallDisk(context);
  const path = join(disk, "vigie.db");
  const { stores, said, events } = watched(path);
  await stores.endpoints.replaceAll("file", [endpointSample("shop")]);
  await stores.ticks.append(ticks(0, 50));
  const free = fill(disk);
  for (let n = 50; n < 3_000; n += 50) await stores.ticks.append(ticks(n, n + 50));
  expect(said()).toEqual(["began"]);
  expect(events[0]?.message).toMatch(/disk is full|input\/output error/);
  await stores.alerts.putMany([{ state: stateSample("shop", { verdict: "down" }), expected: null }]);
  await stores.incidents.put(incidentSample("i1"));
  expect(await stores.recover()).toBe(false);
  expect(await stores.ticks.records(ORG, "shop", T0, T0 + 3_000 * MINUTE)).toHaveLength(3_000);
  expect(await troubledIn(stores.alerts)).toHaveLength(1);
  expect(await stores.incidents.list({ org: ORG, limit: 10, open: true })).toHaveLength(1);

  free();
  expect(await stores.recover()).toBe(true);
  expect(said()).toEqual(["began", "over"]);
  stores.close();
  const found = openSqlite(path);
  expect(found.connection.pragma("integrity_check")).toBe("ok");
  expect(await found.ticks.records(ORG, "shop", T0, T0 + 3_000 * MINUTE)).toEqual(ticks(0, 3_000));
  expect(await troubledIn(found.alerts)).toHaveLength(1);
  expect(await found.incidents.get(ORG, "i1")).toEqual(incidentSample("i1"));
  found.close();
});

test("a start on a full disk after a kill: the log is read too", async (context) => {
  const disk = smallDisk(context);
  const path = join(disk, "vigie.db");
  const elsewhere = mkdtempSync(join(tmpdir(), "vigie-"));
  const killed = openSqlite(join(elsewhere, "vigie.db"));
  await killed.ticks.append(ticks(0, 10));
  for (const end of ["", "-wal"]) copyFileSync(join(elsewhere, `vigie.db${end}`), `${path}${end}`);
  killed.close();
  rmSync(elsewhere, { recursive: true });
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  const free = fill(disk);
  const { stores, said } = watched(path);
  await stores.ticks.append(ticks(10, 20));
  expect(await stores.ticks.records(ORG, "shop", T0, T0 + 20 * MINUTE)).toEqual(ticks(0, 20));
  free();
  expect(await stores.recover()).toBe(true);
  expect(said()).toEqual(["began", "over"]);
  stores.close();
  const found = openSqlite(path, { readOnly: true });
  expect(await found.ticks.records(ORG, "shop", T0, T0 + 20 * MINUTE)).toEqual(ticks(0, 20));
  found.close();
});

test("a start on a full disk: what it knew is known, and recording begins when there is room", async (context) => {
  const disk = smallDisk(context);
  const path = join(disk, "vigie.db");
  const before = openSqlite(path);
  await before.ticks.append(ticks(0, 10));
  await before.alerts.putMany([{ state: stateSample("shop", { verdict: "down" }), expected: null }]);
  before.close();
  const free = fill(disk);
  expect(() => openSqlite(path)).toThrow(Unavailable);
  const { stores, said } = watched(path);
  expect(said()).toEqual(["began"]);
  await stores.endpoints.replaceAll("file", [endpointSample("shop")]);
  await stores.ticks.append(ticks(10, 20));
  expect(await stores.ticks.records(ORG, "shop", T0, T0 + 20 * MINUTE)).toEqual(ticks(0, 20));
  expect(await troubledIn(stores.alerts)).toHaveLength(1);

  free();
  expect(await stores.recover()).toBe(true);
  expect(said()).toEqual(["began", "over"]);
  stores.close();
  const found = openSqlite(path, { readOnly: true });
  expect(await found.ticks.records(ORG, "shop", T0, T0 + 20 * MINUTE)).toEqual(ticks(0, 20));
  found.close();
});
