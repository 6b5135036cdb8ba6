/** What an installation costs a month, line by line: what it does (counted and measured elsewhere) times unit prices. */
import { prices } from "./aws-prices.ts";

/** What was measured on the shipped code. */
export interface Measured {
  /** CPU of one HTTPS check, ms. */
  cpuMsPerCheck: number;
  /** How much of a core the pacer uses. */
  cpuShare: number;
  /** Billed beside the checks in a warm probe invocation: reading, posting, writing; ms. */
  probeExtraMs: number;
  /** Billed time of one quiet watchdog run, of a dispatch run, of judging one post, of rolling a shard's hour; ms. */
  watchdogMs: number;
  dispatchMs: number;
  failureMs: number;
  rollupMsPerEndpoint: number;
  /** Bytes of a tick item that holds so many ok records. */
  tickBytes(records: number): number;
  /** Bytes of an hour bucket of one endpoint and region. */
  bucketBytes: number;
  /** Read units of a quiet watchdog run, of a probe invocation, of judging one post; write units of the last. */
  watchdogReadUnits: number;
  probeReadUnits: number;
  failureReadUnits: number;
  failureWriteUnits: number;
  /** Bytes sent to the internet by one HTTPS check, packet headers included. */
  bytesOutPerCheck: number;
  /** Log bytes of one invocation without faults. */
  logBytesPerInvocation: number;
  /** Alarms (by metric watched) and metrics of our own in the synthesized templates. */
  alarmMetrics: { home: number; region: number; firstRegion: number };
  ownMetrics: number;
  memoryMb: {
    probe: number;
    slow: number;
    dispatch: number;
    watchdog: number;
    failure: number;
    rollup: number;
  };
}

/** What is watched. Every endpoint has an interval of a minute unless said otherwise. */
export interface Installation {
  endpoints: number;
  regions: number;
  shardSize: number;
  /** The slowest answer of a tick, ms: a probe invocation is billed until then. */
  slowestMs: number;
  /** Endpoints that time out (10 s) at every tick: the slow lane checks them, and each is posted. */
  hanging: number;
  /** Endpoints with an interval of 10 s, by themselves in a shard. */
  everyTenSeconds: number;
  timestream: boolean;
}

export interface CostLine {
  what: string;
  /** USD a month. */
  usd: number;
}

const MINUTES = 43_200;
const HOURS = 720;
const GB = 1024 ** 3;
const HANG_MS = 10_000;
const ROUNDS_PER_MINUTE = 6;

const lambda = (invocations: number, billedMs: number, memoryMb: number): number =>
  invocations * (prices.lambdaRequest + (billedMs / 1_000) * (memoryMb / 1_024) * prices.lambdaGbSecond);

const units = (bytes: number, unit: number): number => Math.max(1, Math.ceil(bytes / unit));

/** Checks a month. */
export const checksOf = ({ endpoints, everyTenSeconds, regions }: Installation): number =>
  (endpoints + everyTenSeconds * ROUNDS_PER_MINUTE) * regions * MINUTES;

interface Shape {
  shards: number;
  perShard: number;
  /** Probe invocations of minute shards a month, all regions. */
  ticks: number;
  /** Invocations of rounds a month, all regions. */
  rounds: number;
  billedMs: number;
  hangingTicks: number;
}

function shapeOf(what: Installation, found: Measured): Shape {
  const shards = Math.ceil(what.endpoints / what.shardSize);
  const perShard = shards === 0 ? 0 : what.endpoints / shards;
  const paced = (perShard * found.cpuMsPerCheck) / found.cpuShare;
  return {
    shards,
    perShard,
    ticks: shards * what.regions * MINUTES,
    rounds: what.everyTenSeconds > 0 ? what.regions * MINUTES * ROUNDS_PER_MINUTE : 0,
    billedMs: Math.max(what.slowestMs, paced) + found.probeExtraMs,
    hangingTicks: what.hanging * what.regions * MINUTES,
  };
}

function computing(what: Installation, found: Measured, shape: Shape): CostLine[] {
  const { memoryMb } = found;
  const rollups = shape.shards * what.regions * HOURS;
  // a single shard is checked by dispatch itself
  const dispatches = shape.shards === 1 ? 0 : what.regions * MINUTES;
  return [
    { what: "Lambda, probe", usd: lambda(shape.ticks, shape.billedMs, memoryMb.probe) },
    {
      what: "Lambda, rounds",
      usd: lambda(shape.rounds, what.slowestMs + found.probeExtraMs, memoryMb.probe),
    },
    {
      what: "Lambda, slow lane",
      usd: lambda(shape.hangingTicks, HANG_MS + found.probeExtraMs, memoryMb.slow),
    },
    { what: "Lambda, dispatch", usd: lambda(dispatches, found.dispatchMs, memoryMb.dispatch) },
    { what: "Lambda, watchdog", usd: lambda(MINUTES, found.watchdogMs, memoryMb.watchdog) },
    { what: "Lambda, failure", usd: lambda(shape.hangingTicks, found.failureMs, memoryMb.failure) },
    {
      what: "Lambda, rollup",
      usd: lambda(rollups, found.rollupMsPerEndpoint * shape.perShard, memoryMb.rollup),
    },
  ];
}

function storing(what: Installation, found: Measured, shape: Shape): CostLine[] {
  const tick = found.tickBytes(Math.max(1, Math.round(shape.perShard)));
  const straggler = found.tickBytes(1);
  const perTick = units(tick, 1_024) + (shape.perShard > 1 ? units(straggler, 1_024) : 0);
  const buckets = (what.endpoints + what.everyTenSeconds) * what.regions * (HOURS + HOURS / 24);
  const writes =
    shape.ticks * perTick +
    shape.rounds * units(straggler, 1_024) +
    shape.hangingTicks * (units(straggler, 1_024) + found.failureWriteUnits) +
    buckets * units(found.bucketBytes, 1_024);
  const rollupReads = ((shape.ticks + shape.rounds) * units(tick, 4_096)) / 2;
  const reads =
    (shape.ticks + shape.rounds) * found.probeReadUnits +
    MINUTES * found.watchdogReadUnits +
    shape.hangingTicks * found.failureReadUnits +
    rollupReads;
  const kept =
    shape.shards * what.regions * 48 * 60 * tick + 400 * 24 * (buckets / (HOURS + 30)) * found.bucketBytes;
  return [
    { what: "DynamoDB, writes", usd: writes * prices.writeUnit },
    { what: "DynamoDB, reads", usd: reads * prices.readUnit },
    { what: "DynamoDB, storage after 400 days", usd: (kept / GB) * prices.storageGb },
  ];
}

function moving(what: Installation, found: Measured, shape: Shape): CostLine[] {
  const invocations = shape.ticks + shape.rounds + shape.hangingTicks * 2 + MINUTES;
  const home = Math.max(0, what.regions - 1) / what.regions;
  const betweenRegions = (shape.ticks * found.tickBytes(Math.round(shape.perShard)) * home) / GB;
  const rollups = shape.shards * what.regions * HOURS;
  return [
    {
      // sending, receiving and deleting each message, and long polls of the queues that are mostly empty
      what: "SQS",
      usd:
        (shape.hangingTicks * 3 + rollups * 3 + (shape.rounds * 5 * 3) / 6 + pollsOf(what)) *
        prices.queueRequest,
    },
    { what: "API Gateway", usd: shape.hangingTicks * prices.apiRequest },
    { what: "Scheduler", usd: (what.regions + 1) * MINUTES * prices.schedule },
    { what: "Logs", usd: ((invocations * found.logBytesPerInvocation) / GB) * prices.logsGb },
    { what: "Transfer between regions", usd: betweenRegions * prices.interRegionGb },
    {
      what: "Transfer to the internet",
      usd: ((checksOf(what) * found.bytesOutPerCheck) / GB) * prices.internetGb,
    },
  ];
}

/** Long polls of an idle event source: five pollers, 20 s each. Failures and rollup at home, forward and rounds in each region. */
const pollsOf = ({ regions }: Installation): number => (2 + 2 * regions) * 5 * 3 * MINUTES;

function watching(what: Installation, found: Measured): CostLine[] {
  const { home, region, firstRegion } = found.alarmMetrics;
  const alarms = home + region * what.regions + (firstRegion - region);
  return [
    { what: "Alarms", usd: alarms * prices.alarm },
    { what: "Metrics of our own", usd: found.ownMetrics * prices.metric },
  ];
}

/** 100 multi-measure records of some 200 bytes a call; twelve hours in memory. */
function timestream(what: Installation): CostLine[] {
  if (!what.timestream) return [];
  const bytes = checksOf(what) * 200;
  const memory = (bytes / GB / HOURS) * 12 * prices.timestreamMemoryGbHour * HOURS;
  return [
    {
      what: "Timestream",
      usd:
        (bytes / 1_024) * prices.timestreamWrite + memory + (bytes / GB) * prices.timestreamMagneticGbMonth,
    },
  ];
}

/** Every line of a month's bill that this installation causes. No free tier is counted. */
export function costOf(what: Installation, found: Measured): CostLine[] {
  const shape = shapeOf(what, found);
  return [
    ...computing(what, found, shape),
    ...storing(what, found, shape),
    ...moving(what, found, shape),
    ...watching(what, found),
    ...timestream(what),
  ].filter(({ usd }) => usd > 0);
}

export const totalOf = (lines: readonly CostLine[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);
