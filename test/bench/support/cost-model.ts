/** What an installation costs a month: what it does (counted and measured elsewhere) times unit prices. */

import {
  CALL_BYTES,
  ENVIRONMENT_HOURS,
  PACKET_BYTES_PER_CHECK,
  POLLS_A_MINUTE,
  TIMESTREAM_MEMORY_HOURS,
} from "./assumptions.ts";
import type { Unit } from "./aws-prices.ts";

/** One invocation. */
export interface Work {
  memoryMb: number;
  billedMs: number;
  readUnits: number;
  writeUnits: number;
  /** Calls of SQS. */
  queueCalls: number;
  loggedBytes: number;
}

/** The same work over one endpoint, and over a full shard. */
export interface Scaled {
  one: Work;
  full: Work;
}

/** What was measured on the shipped code, and read from its templates. */
export interface Measured {
  /** CPU of one HTTPS check, ms, and how much of a core the pacer uses. */
  cpuMsPerCheck: number;
  cpuShare: number;
  shardSize: number;
  /** Without the time until the slowest answer. */
  probe: Scaled;
  /** An hour of a shard in one region. */
  rollup: Scaled;
  dispatch: Work;
  /** Of one minute with a shard in rounds: what `dispatch` does more, and the invocations of a region. */
  rounds: { dispatch: Work; due: Work; idle: Work; invocations: number; due10s: number };
  watchdog: Work;
  plan: Work;
  /** Of an endpoint that hangs: its own invocation, judging one region's post, what the watchdog does more. */
  hanging: { slow: Work; failure: Work; watchdog: Work };
  /** A cold start beside the work, ms. */
  coldMs: number;
  /** Bytes of the tick item of so many ok records, of an hour bucket, of an endpoint's item and its index entry. */
  tickBytes(records: number): number;
  bucketBytes: number;
  endpointBytes: number;
  /** Read units of a shard's list of so many, and lists that an environment keeps. */
  listUnits(endpoints: number): number;
  listsKept: number;
  /** Bytes sent by one HTTPS check, without packet headers; of one record to Timestream. */
  bytesOutPerCheck: number;
  timestreamBytes: number;
  /** In the synthesized templates, all stacks together. */
  alarms: number;
  ownMetrics: number;
  eventSources: number;
  schedulesAMonth: number;
  plansAMonth: number;
  /** Whether what is planned goes through a queue. */
  rollupsQueued: boolean;
}

/** What is watched, from so many regions. Every endpoint has an interval of a minute unless said otherwise. */
export interface Installation {
  endpoints: number;
  regions: number;
  /** The slowest answer of a tick, ms: a probe invocation is billed until then. */
  slowestMs: number;
  /** Endpoints that time out at every tick: the slow lane checks them, and each is posted. */
  hanging: number;
  /** Endpoints with an interval of 10 s, by themselves in a shard. */
  everyTenSeconds: number;
  timestream: boolean;
}

/** A quantity of something that has a price, on a line of the bill. */
export interface Charge {
  line: string;
  unit: Unit;
  quantity: number;
}

export const MINUTES = 43_200;
const HOURS = 720;
const DAYS = 30;
const GB = 1024 ** 3;
const WRITE_UNIT = 1_024;
const READ_UNIT = 4_096;
const ROUNDS_PER_MINUTE = 6;
/** Sending, receiving and deleting a message. */
const CALLS_PER_MESSAGE = 3;
const KEPT_TICK_HOURS = 48;
const KEPT_HOUR_DAYS = 400;

const units = (bytes: number, unit: number): number => Math.max(1, Math.ceil(bytes / unit));

/** Work over so many endpoints of a shard, by the two sizes that were measured. */
export function workOver({ one, full }: Scaled, endpoints: number, shardSize: number): Work {
  const part = (endpoints - 1) / (shardSize - 1);
  const between = (name: keyof Work): number => one[name] + (full[name] - one[name]) * part;
  return {
    memoryMb: full.memoryMb,
    billedMs: between("billedMs"),
    readUnits: between("readUnits"),
    writeUnits: between("writeUnits"),
    queueCalls: between("queueCalls"),
    loggedBytes: between("loggedBytes"),
  };
}

/** Checks a month. */
export const checksOf = ({ endpoints, everyTenSeconds, regions }: Installation): number =>
  (endpoints + everyTenSeconds * ROUNDS_PER_MINUTE) * regions * MINUTES;

const invocations = (line: string, count: number, work: Work): Charge[] => [
  { line, unit: "lambdaRequest", quantity: count },
  { line, unit: "lambdaGbSecond", quantity: (count * work.billedMs * work.memoryMb) / 1_000 / 1_024 },
  { line: "DynamoDB, reads", unit: "readUnit", quantity: count * work.readUnits },
  { line: "DynamoDB, writes", unit: "writeUnit", quantity: count * work.writeUnits },
  { line: "SQS", unit: "queueRequest", quantity: count * work.queueCalls },
  { line: "Logs", unit: "logsGb", quantity: (count * work.loggedBytes) / GB },
];

interface Shape {
  shards: number;
  perShard: number;
  /** Shards and regions. */
  places: number;
  /** Region-minutes. */
  minutes: number;
  /** Hanging endpoints in a region-minute. */
  hangs: number;
}

function shapeOf({ endpoints, regions, hanging }: Installation, { shardSize }: Measured): Shape {
  const shards = Math.ceil(endpoints / shardSize);
  return {
    shards,
    perShard: shards === 0 ? 0 : endpoints / shards,
    places: shards * regions,
    minutes: regions * MINUTES,
    hangs: hanging * regions * MINUTES,
  };
}

/** Environments see the shards of their region at random: those that they keep no list of are read again. */
const missedLists = (shards: number, kept: number): number => Math.max(0, 1 - kept / Math.max(1, shards));

function checking(what: Installation, found: Measured, { perShard, places, shards }: Shape): Charge[] {
  const { cpuMsPerCheck, cpuShare, shardSize, listsKept } = found;
  const work = workOver(found.probe, perShard, shardSize);
  const paced = (perShard * cpuMsPerCheck) / cpuShare;
  const lists = missedLists(shards, listsKept) * found.listUnits(perShard);
  return invocations("Lambda, probe", places * MINUTES, {
    ...work,
    billedMs: Math.max(what.slowestMs, paced) + work.billedMs,
    readUnits: work.readUnits + lists,
    writeUnits: units(found.tickBytes(Math.round(perShard)), WRITE_UNIT),
  });
}

/** A large and a small environment in each place, one for dispatch; three at home. */
function coldStarts({ regions }: Installation, found: Measured, { places }: Shape): Charge[] {
  const starts = (environments: number) => (environments * HOURS) / ENVIRONMENT_HOURS;
  const line = "Lambda, cold starts";
  const gbSeconds = (environments: number, memoryMb: number) =>
    (starts(environments) * found.coldMs * memoryMb) / 1_000 / 1_024;
  return [
    { line, unit: "lambdaGbSecond", quantity: gbSeconds(places, found.probe.full.memoryMb) },
    { line, unit: "lambdaGbSecond", quantity: gbSeconds(regions, found.dispatch.memoryMb) },
    { line, unit: "lambdaGbSecond", quantity: gbSeconds(2, found.watchdog.memoryMb) },
  ];
}

function rounds({ everyTenSeconds }: Installation, found: Measured, { minutes }: Shape): Charge[] {
  if (everyTenSeconds === 0) return [];
  const { dispatch, due, idle, invocations: all, due10s } = found.rounds;
  return [
    ...invocations("Lambda, dispatch", minutes, dispatch),
    ...invocations("Lambda, rounds", minutes * due10s, due),
    ...invocations("Lambda, rounds", minutes * (all - due10s), idle),
    // dispatch's own calls send; these receive and delete
    { line: "SQS", unit: "queueRequest", quantity: minutes * (all - 1) * (CALLS_PER_MESSAGE - 1) },
  ];
}

const hanging = ({ hanging: work }: Measured, hangs: number): Charge[] => [
  ...invocations("Lambda, slow lane", hangs, work.slow),
  { line: "API Gateway", unit: "apiRequest", quantity: hangs },
  { line: "SQS", unit: "queueRequest", quantity: hangs * CALLS_PER_MESSAGE },
  ...invocations("Lambda, failure", hangs, work.failure),
];

function rollingUp(what: Installation, found: Measured, { perShard, places }: Shape): Charge[] {
  const hours = places * HOURS;
  const reads = units((HOURS / DAYS) * what.regions * found.bucketBytes, READ_UNIT);
  const days = (what.endpoints + what.everyTenSeconds) * what.regions * DAYS;
  const inRounds = what.everyTenSeconds > 0 ? what.regions * HOURS : 0;
  return [
    ...invocations("Lambda, rollup", hours, workOver(found.rollup, perShard, found.shardSize)),
    ...invocations("Lambda, rollup", inRounds, found.rollup.one),
    ...invocations("Lambda, rollup", found.plansAMonth, found.plan),
    { line: "SQS", unit: "queueRequest", quantity: found.rollupsQueued ? hours * CALLS_PER_MESSAGE : 0 },
    { line: "DynamoDB, reads", unit: "readUnit", quantity: days * reads },
    { line: "DynamoDB, writes", unit: "writeUnit", quantity: days * units(found.bucketBytes, WRITE_UNIT) },
  ];
}

function keeping(
  { endpoints, regions }: Installation,
  found: Measured,
  { perShard, places }: Shape,
): Charge[] {
  const ticks = places * KEPT_TICK_HOURS * 60 * found.tickBytes(Math.round(perShard));
  const buckets = endpoints * regions * KEPT_HOUR_DAYS * 24 * found.bucketBytes;
  const config = endpoints * found.endpointBytes;
  const line = "DynamoDB, storage after 400 days";
  return [
    { line, unit: "storageGb", quantity: (ticks + buckets + config) / GB },
    { line, unit: "recoveryGb", quantity: config / GB },
  ];
}

function moving(what: Installation, found: Measured, { perShard, places }: Shape): Charge[] {
  const elsewhere = (what.regions - 1) / what.regions;
  const bytes = found.tickBytes(Math.round(perShard)) + CALL_BYTES;
  const out = found.bytesOutPerCheck + PACKET_BYTES_PER_CHECK;
  return [
    {
      line: "Transfer between regions",
      unit: "interRegionGb",
      quantity: (places * MINUTES * elsewhere * bytes) / GB,
    },
    { line: "Transfer to the internet", unit: "internetGb", quantity: (checksOf(what) * out) / GB },
  ];
}

const standing = (found: Measured): Charge[] => [
  { line: "Scheduler", unit: "schedule", quantity: found.schedulesAMonth },
  { line: "SQS, polling", unit: "queueRequest", quantity: found.eventSources * POLLS_A_MINUTE * MINUTES },
  { line: "Alarms", unit: "alarm", quantity: found.alarms },
  { line: "Metrics of our own", unit: "metric", quantity: found.ownMetrics },
];

function timestream(what: Installation, { timestreamBytes }: Measured): Charge[] {
  if (!what.timestream) return [];
  const bytes = checksOf(what) * timestreamBytes;
  const line = "Timestream";
  return [
    { line, unit: "timestreamWrite", quantity: bytes / 1_024 },
    { line, unit: "timestreamMemoryGbHour", quantity: (bytes / GB) * TIMESTREAM_MEMORY_HOURS },
    { line, unit: "timestreamMagneticGbMonth", quantity: bytes / GB },
  ];
}

/** All that a month of this installation is charged for. */
export function chargesOf(what: Installation, found: Measured): Charge[] {
  const shape = shapeOf(what, found);
  return [
    ...checking(what, found, shape),
    ...coldStarts(what, found, shape),
    ...invocations("Lambda, dispatch", shape.minutes, found.dispatch),
    ...rounds(what, found, shape),
    ...hanging(found, shape.hangs),
    ...invocations("Lambda, watchdog", MINUTES, found.watchdog),
    ...(what.hanging > 0
      ? invocations("Lambda, watchdog", MINUTES * what.hanging, found.hanging.watchdog)
      : []),
    ...rollingUp(what, found, shape),
    ...keeping(what, found, shape),
    ...moving(what, found, shape),
    ...standing(found),
    ...timestream(what, found),
  ].filter(({ quantity }) => quantity > 0);
}
