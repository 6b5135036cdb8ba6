/** What an installation costs: measured on the shipped functions and read from their templates, times AWS's prices. */
import type { BenchResult, BenchRow } from "./bench.ts";
import { pinningNote } from "./servers/pinned.ts";
import { ASSUMPTIONS } from "./support/assumptions.ts";
import { elsewhere, PRICES_DATED } from "./support/aws-prices.ts";
import { afterFree, linesOf, totalOf } from "./support/bill.ts";
import { type Charge, chargesOf, checksOf, type Installation, type Measured } from "./support/cost-model.ts";
import { REGIONS } from "./support/installation.ts";
import { measure } from "./support/measured.ts";
import { SHARD_SIZE } from "./support/world.ts";

export const title = "USD a month and per million checks on AWS, from 1 to 300,000 endpoints in 3 regions";

const SIZES = [1, 20, 100, 1_000, 10_000, 300_000];
/** One healthy endpoint answers in this time; of many one is always slow. */
const SLOWEST_MS = { one: 300, many: 3_000 };
const LIMITS = { perMillion: 0.3, atRest: 3, hanging: 6 };
/** Where one endpoint more is looked at. */
const REFERENCE = 1_000;
const of = (endpoints: number, about: Partial<Installation> = {}): Installation => ({
  endpoints,
  regions: REGIONS.length,
  slowestMs: endpoints === 1 ? SLOWEST_MS.one : SLOWEST_MS.many,
  hanging: 0,
  everyTenSeconds: 0,
  timestream: false,
  ...about,
});

const millions = (what: Installation): number => checksOf(what) / 1e6;

const count = (endpoints: number): string => endpoints.toLocaleString("en-US");

function rowsOf(found: Measured): BenchRow[] {
  const month = (what: Installation): number => totalOf(chargesOf(what, found));
  const billed = (what: Installation): number => afterFree(chargesOf(what, found));
  const more = (about: Partial<Installation>): number => billed(of(REFERENCE, about)) - billed(of(REFERENCE));
  const USD = "USD";
  return [
    { what: "1 endpoint, at rest: a month", value: billed(of(1)), unit: USD, limit: LIMITS.atRest },
    ...SIZES.flatMap((endpoints): BenchRow[] => [
      { what: `${count(endpoints)} endpoints: a month`, value: billed(of(endpoints)), unit: USD },
      {
        what: `${count(endpoints)} endpoints: a month at list price`,
        value: month(of(endpoints)),
        unit: USD,
      },
      {
        what: `${count(endpoints)} endpoints: a million checks`,
        value: billed(of(endpoints)) / millions(of(endpoints)),
        unit: USD,
        ...(endpoints === REFERENCE ? { limit: LIMITS.perMillion } : {}),
      },
      {
        what: `${count(endpoints)} endpoints: a million checks at list price`,
        value: month(of(endpoints)) / millions(of(endpoints)),
        unit: USD,
      },
    ]),
    { what: "one that hangs: a month more", value: more({ hanging: 1 }), unit: USD, limit: LIMITS.hanging },
    { what: "one every 10 s: a month more", value: more({ everyTenSeconds: 1 }), unit: USD },
    { what: `${count(REFERENCE)} to Timestream: a month more`, value: more({ timestream: true }), unit: USD },
    ...elsewhere.map(([name, usd]) => ({ what: `${name}: a million checks`, value: usd, unit: USD })),
  ];
}

const usd = (value: number): string => (value >= 1_000 ? value.toFixed(0) : value.toFixed(2));

/** A bill beside the others, line by line. */
function bills(columns: readonly (readonly [string, readonly Charge[]])[]): string {
  const byLine = columns.map(([, charges]) => new Map(linesOf(charges)));
  const names = [...new Set(byLine.flatMap((lines) => [...lines.keys()]))];
  const table = [
    ["USD a month", ...columns.map(([name]) => name)],
    ...names.map((name) => [name, ...byLine.map((lines) => usd(lines.get(name) ?? 0))]),
    ["all", ...columns.map(([, charges]) => usd(totalOf(charges)))],
    ["what is not free", ...columns.map(([, charges]) => usd(afterFree(charges)))],
  ];
  const widths = columns.map((_, i) => Math.max(...table.map((line) => line[i + 1]?.length ?? 0)));
  return table
    .map(([name = "", ...cells]) =>
      [name.padEnd(34), ...cells.map((cell, i) => cell.padStart(widths[i] ?? 0))].join("  "),
    )
    .join("\n");
}

function notesOf(found: Measured): string[] {
  const extra = (about: Partial<Installation>) => chargesOf(of(REFERENCE, about), found);
  const { probe, dispatch, watchdog, hanging, rollup } = found;
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  return [
    bills([
      ...SIZES.map((size) => [count(size), chargesOf(of(size), found)] as const),
      ["+ hangs", extra({ hanging: 1 })],
      ["+ 10 s", extra({ everyTenSeconds: 1 })],
      ["+ Timestream", extra({ timestream: true })],
    ]),
    `Columns with + are ${count(REFERENCE)} endpoints and what is named. Slowest answer of a tick: ${SLOWEST_MS.one} ms with one endpoint, ${SLOWEST_MS.many} ms with more. Limits are held on what an account is billed that runs nothing else, after what AWS never charges for (Lambda, SQS, CloudWatch, DynamoDB's storage, Scheduler, transfer); list prices stand beside.`,
    `Measured: ${found.cpuMsPerCheck.toFixed(2)} ms of CPU a check; billed beside checks ${ms(probe.one.billedMs)} with one endpoint, ${ms(probe.full.billedMs)} with ${SHARD_SIZE}; dispatch ${ms(dispatch.billedMs)}, watchdog ${ms(watchdog.billedMs)}, a hanging check ${ms(hanging.slow.billedMs)}, judging its post ${ms(hanging.failure.billedMs)} and ${hanging.failure.readUnits} read units; rolling up an hour of ${SHARD_SIZE} ${ms(rollup.full.billedMs)}; a tick of ${SHARD_SIZE} ${found.tickBytes(SHARD_SIZE)} bytes, an hour bucket ${found.bucketBytes} bytes, a check ${found.bytesOutPerCheck} bytes on its way out. In the templates: ${found.alarms} alarms, ${found.eventSources} event sources, ${found.schedulesAMonth.toLocaleString("en-US")} scheduled starts a month; metrics told of while all is well: ${found.ownMetrics}.`,
    `Prices of us-east-1, ${PRICES_DATED}; those of others for their API tests. ${ASSUMPTIONS} ${pinningNote()}`,
  ];
}

export async function run(): Promise<BenchResult> {
  const found = await measure();
  return { rows: rowsOf(found), notes: notesOf(found) };
}
