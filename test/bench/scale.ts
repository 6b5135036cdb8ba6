/**
 * 300,000 endpoints in three regions: dispatch and the watchdog do the whole of it, of probes and of judging a sample is
 * run, and what the tables have to bear in their worst second is reckoned from that.
 */
import { LISTS_KEPT } from "../../functions/probe/lists.ts";
import { looksOf } from "../../lib/core/alert/queue-message.ts";
import type { BenchResult, BenchRow } from "./bench.ts";
import { CALL_MS } from "./support/assumptions.ts";
import { totalOf } from "./support/bill.ts";
import { chargesOf, checksOf, type Measured } from "./support/cost-model.ts";
import { HOME, type Installation, invoke, REGIONS, startInstallation } from "./support/installation.ts";
import { measure } from "./support/measured.ts";
import { ORG, seedDown, seedTroubled, shardName } from "./support/outage.ts";
import { shardItem } from "./support/seed.ts";
import { standingOf } from "./support/templates.ts";
import { delayCalls, MINUTE, scheduled, type World, workOf } from "./support/work.ts";
import { SHARD_SIZE } from "./support/world.ts";

export const title =
  "300,000 endpoints in 3 regions: dispatch, watchdog, the tables' worst second, cost per check";

const ENDPOINTS = 300_000;
const SHARDS = ENDPOINTS / SHARD_SIZE;
const TROUBLED = 100_000;
/** What the invokes of dispatch and the calls of the others take, ms. */
const INVOKE_MS = { near: 20, far: CALL_MS.far };
/** What somebody with so many endpoints writes into cdk.json (docs/aws.md). */
const WARM_TICKS = { reads: 30_000, writes: 20_000 };
/** A table on demand begins with these, and a partition never bears more; units a second. */
const BEGINS_WITH = { reads: 12_000, writes: 4_000 };
const PARTITION = { reads: 3_000, writes: 1_000 };
/** Messages that a failure function takes at a time, and shards whose endpoints are in them. */
const BATCH = 10;
const SAMPLE_SHARDS = 3;
const LIMITS = { dispatchMs: 5_000, watchdogMs: 20_000, costPercent: 10 };
const LOOK_BACK_MS = 12 * MINUTE;
const WRITE_UNIT = 1_024;

interface Judged {
  /** Of one invocation. */
  ms: number;
  invocations: number;
  tickReads: number;
  configReads: number;
  alertReads: number;
  alertWrites: number;
}

/** A batch of looks of a mass outage, in which nothing changes. */
async function judge(world: World): Promise<Judged> {
  const { installation } = world;
  const { box } = installation;
  const now = Math.ceil(box.clock.now() / MINUTE) * MINUTE;
  const ids = await seedDown(installation, SAMPLE_SHARDS, now, LOOK_BACK_MS);
  box.clock.forwardTo(now);
  const looks = looksOf(ids.map((endpointId) => ({ org: ORG, endpointId })));
  const event = { Records: looks.slice(0, BATCH).map((body, i) => ({ messageId: String(i), body })) };
  const failure = installation.find(HOME, "failure");
  await invoke(installation, failure, { Records: [] });
  await invoke(installation, failure, event); // told, and what changes once
  box.clock.advance(MINUTE);
  const run = await invoke(installation, failure, event);
  const of = (table: string, kind: "readUnits" | "writeUnits"): number =>
    run.consumed
      .filter(({ resources }) => resources.some((name) => name.includes(`table/vigie-${table}`)))
      .reduce((sum, one) => sum + one[kind], 0);
  return {
    ms: workOf(world, "failure", [run]).billedMs,
    invocations: Math.ceil(looksFor(TROUBLED) / BATCH),
    tickReads: of("ticks", "readUnits"),
    configReads: of("config", "readUnits"),
    alertReads: of("alerts", "readUnits"),
    alertWrites: of("alerts", "writeUnits"),
  };
}

const looksFor = (count: number): number =>
  looksOf(Array.from({ length: count }, (_, i) => ({ org: ORG, endpointId: String(i) }))).length;

interface Found {
  dispatchMs: number;
  directoryReads: number;
  started: number;
  watchdogMs: number;
  handedOn: number;
  judged: Judged;
  warmTicks: { reads: number; writes: number };
}

async function handedOn({ account, box }: Installation): Promise<number> {
  box.clock.advance(MINUTE);
  return account.failures.messages.length;
}

async function measureScale(): Promise<Found> {
  await using installation = await startInstallation({ context: { warmTicks: WARM_TICKS } });
  const { memoryMb, warmTicks } = standingOf(installation.stacks);
  const world = { installation, memoryMb };
  const { config } = installation.tables;
  await config.putMany(Array.from({ length: SHARDS }, (_, i) => shardItem(shardName(i), SHARD_SIZE)));
  delayCalls(installation, INVOKE_MS);
  const dispatch = await scheduled(world, HOME, "dispatch");
  const started = installation.box.calls({ service: "lambda" }).length;
  await seedTroubled(installation, TROUBLED);
  const watchdog = await scheduled(world, HOME, "watchdog");
  const messages = await handedOn(installation);
  return {
    dispatchMs: dispatch.billedMs,
    directoryReads: dispatch.readUnits,
    started,
    watchdogMs: watchdog.billedMs,
    handedOn: messages,
    judged: await judge(world),
    warmTicks: warmTicks ?? BEGINS_WITH,
  };
}

const atMost = (what: string, value: number, limit: number): BenchRow => ({
  what,
  value,
  unit: "units/s",
  limit,
});

/** All regions start at the same moment; probes that start in one second end in one. */
function minuteRows(found: Found, measured: Measured): BenchRow[] {
  const perSecond = (SHARDS * REGIONS.length) / Math.max(1, found.dispatchMs / 1_000);
  const write = Math.ceil(measured.tickBytes(SHARD_SIZE) / WRITE_UNIT);
  const missed = Math.max(0, 1 - LISTS_KEPT / SHARDS);
  const lists = missed * measured.listUnits(SHARD_SIZE);
  return [
    atMost("a minute: writes to ticks", perSecond * write, found.warmTicks.writes),
    atMost("a minute: writes to one partition of ticks", write, PARTITION.writes),
    atMost("a minute: reads of config, lanes", perSecond * measured.probe.full.readUnits, BEGINS_WITH.reads),
    atMost("a minute: reads of config, lists", perSecond * lists, BEGINS_WITH.reads),
    atMost("a minute: reads of the directory", REGIONS.length * found.directoryReads, PARTITION.reads),
  ];
}

/** All that are not up judged at once: the event source grows to that within seconds. */
function outageRows({ judged, warmTicks }: Found): BenchRow[] {
  const perSecond = judged.invocations / Math.max(1, judged.ms / 1_000);
  const what = "an outage";
  return [
    atMost(`${what}: reads of ticks`, perSecond * judged.tickReads, warmTicks.reads),
    atMost(`${what}: reads of config`, perSecond * judged.configReads, BEGINS_WITH.reads),
    atMost(`${what}: reads of alerts`, perSecond * judged.alertReads, BEGINS_WITH.reads),
    atMost(`${what}: writes to alerts`, perSecond * judged.alertWrites, BEGINS_WITH.writes),
  ];
}

function costRow(measured: Measured): BenchRow {
  const perCheck = (endpoints: number): number => {
    const about = { hanging: 0, everyTenSeconds: 0, timestream: false, slowestMs: 3_000 };
    const what = { endpoints, regions: REGIONS.length, ...about };
    return totalOf(chargesOf(what, measured)) / checksOf(what);
  };
  const [few, many] = [perCheck(1_000), perCheck(ENDPOINTS)];
  return {
    what: "cost of a check, 1,000 to 300,000 endpoints apart",
    value: (100 * Math.abs(many - few)) / few,
    unit: "%",
    limit: LIMITS.costPercent,
  };
}

export async function run(): Promise<BenchResult> {
  const found = await measureScale();
  const measured = await measure();
  const { judged } = found;
  return {
    rows: [
      { what: `dispatch of ${SHARDS} shards`, value: found.dispatchMs, unit: "ms", limit: LIMITS.dispatchMs },
      { what: "watchdog with 100,000 not up", value: found.watchdogMs, unit: "ms", limit: LIMITS.watchdogMs },
      ...minuteRows(found, measured),
      ...outageRows(found),
      costRow(measured),
    ],
    notes: [
      `Invokes take ${INVOKE_MS.near} ms; times as they are with the memory that the functions have. Dispatch started ${found.started} probes in its runs; the watchdog handed on ${found.handedOn} messages in its runs. Judging a batch of ${BATCH} (${SAMPLE_SHARDS * SHARD_SIZE} endpoints) takes ${judged.ms.toFixed(0)} ms; ${judged.invocations} of them judge all.`,
      `Limits: ticks as configured here (warmTicks of ${WARM_TICKS.reads} reads and ${WARM_TICKS.writes} writes a second), other tables what DynamoDB begins with, a partition what it bears at most. On demand a table grows to twice what it had to bear before.`,
    ],
  };
}
