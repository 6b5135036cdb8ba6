import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite, type SqliteStores } from "../../lib/adapters/sqlite/open.ts";
import type { StatsWindow } from "../../lib/core/history/window.ts";
import { listOverview, listStats, statsOf } from "../../lib/core/read/read.ts";
import { type BenchResult, type BenchRow, median, quantile } from "./bench.ts";
import { DAY, endpoints, HOUR, livePast, ORG, type Stretch, ticksOf } from "./support/month.ts";

export const title =
  "1,000 endpoints x 30 days in SQLite, written by ticks and rollups: how fast statistics are read";

const ENDPOINTS = 1_000;
const DAYS = 30;
const MINUTE = 60_000;
/** Neither at an hour's nor at a day's beginning: every kind of edge has to be read. */
const NOW = Date.UTC(2026, 2, 10, 10, 25, 30);
const STATS_LIMIT_MS = 5;
const LIST_LIMIT_MS = 150;
const ONE_EACH = 200;
const LISTS = 15;

/**
 * The whole month at a minute and tick by tick takes most of an hour to write. So the days that are read as days only
 * are thinned out, and what is older than the tick log is appended an hour at a time.
 */
function stretches(): Stretch[] {
  const begin = Math.floor((NOW - DAYS * DAY) / HOUR) * HOUR;
  const thinFrom = begin + DAY;
  const denseFrom = Math.floor((NOW - 2 * DAY) / HOUR) * HOUR;
  return [
    { since: begin, until: thinFrom, everyMs: MINUTE, batchMs: HOUR },
    { since: thinFrom, until: denseFrom, everyMs: 5 * MINUTE, batchMs: HOUR },
    { since: denseFrom, until: NOW, everyMs: MINUTE, batchMs: MINUTE },
  ];
}

async function write(stores: SqliteStores, ids: readonly string[]): Promise<number> {
  const started = performance.now();
  const begin = NOW - DAYS * DAY;
  return livePast(stores, ids, stretches(), ({ at, checks }) => {
    const seconds = Math.round((performance.now() - started) / 1000);
    const day = Math.floor((at - begin) / DAY) + 1;
    process.stderr.write(
      `history: day ${day} of ${DAYS}, ${(checks / 1e6).toFixed(1)} M checks, ${seconds} s\n`,
    );
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Each of so many different endpoints once; every fifth of them, so that they lie apart in the file. */
async function readOne(
  stores: SqliteStores,
  ids: readonly string[],
  window: StatsWindow,
): Promise<BenchRow[]> {
  const apart = ids.filter((_, i) => i % 5 === 0).slice(0, ONE_EACH);
  for (const id of ids.filter((_, i) => i % 50 === 1)) await statsOf(stores, ORG, id, window, NOW);
  const times: number[] = [];
  for (const id of apart) times.push(await timed(() => statsOf(stores, ORG, id, window, NOW)));
  return [
    {
      what: `stats of one endpoint, ${window}, p95`,
      value: quantile(times, 0.95),
      unit: "ms",
      limit: STATS_LIMIT_MS,
    },
    { what: `stats of one endpoint, ${window}, median`, value: median(times), unit: "ms" },
  ];
}

async function readList(what: string, list: () => Promise<unknown>): Promise<BenchRow[]> {
  await list();
  const times: number[] = [];
  for (let i = 0; i < LISTS; i++) times.push(await timed(list));
  return [
    { what: `${what}, median`, value: median(times), unit: "ms", limit: LIST_LIMIT_MS },
    { what: `${what}, worst`, value: Math.max(...times), unit: "ms" },
  ];
}

/** A benchmark of wrong answers would be worthless: every check since the thinned-out days has to be counted. */
async function verify(stores: SqliteStores, ids: readonly string[]): Promise<void> {
  const expected: [StatsWindow, number][] = [
    ["10m", 10],
    ["1h", 60],
    ["24h", 1440],
    ["30d", stretches().reduce((sum, stretch) => sum + ticksOf(stretch), 0)],
  ];
  for (const [window, ticks] of expected)
    for (const [id, { ok, failed }] of await listStats(stores, ORG, window, NOW))
      if (ok + failed !== ticks)
        throw new Error(`${id} counts ${ok + failed} checks in ${window}, not ${ticks}`);
  process.stderr.write(`history: ${ids.length} endpoints count every check that was written\n`);
}

async function measure(stores: SqliteStores, ids: readonly string[]): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const window of ["10m", "1h", "24h", "30d"] as const)
    rows.push(...(await readOne(stores, ids, window)));
  rows.push(...(await readList("list of all, 10m", () => listStats(stores, ORG, "10m", NOW))));
  rows.push(
    ...(await readList("list of all with sparklines, 10m", () => listOverview(stores, ORG, "10m", NOW))),
  );
  return rows;
}

/** Writes a month and reads it. The file lies in the system's folder for temporary files and is removed. */
export async function run(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-history-"));
  const path = join(folder, "history.db");
  const stores = openSqlite(path);
  try {
    const all = endpoints(ENDPOINTS);
    const ids = all.map(({ id }) => id);
    await stores.endpoints.replaceAll("file", all);
    const started = performance.now();
    const checks = await write(stores, ids);
    const seconds = (performance.now() - started) / 1000;
    await verify(stores, ids);
    const rows = await measure(stores, ids);
    const megabytes = (await stat(path)).size / 2 ** 20;
    return {
      rows: [
        ...rows,
        { what: "writing: ticks, rollups, pruning", value: checks / seconds, unit: "checks/s" },
        { what: "file", value: megabytes, unit: "MB" },
      ],
      notes: [
        `${(checks / 1e6).toFixed(1)} M checks in ${Math.round(seconds)} s. The last 48 h come tick by tick, every minute; what is older is appended an hour at a time: every minute on the oldest day (read as hours), every 5 minutes on those between (read as days). Ticks older than 48 h are pruned. Warm cache; each of ${ONE_EACH} endpoints read once.`,
      ],
    };
  } finally {
    stores.close();
    await rm(folder, { recursive: true, force: true });
  }
}
