import { expect, test } from "vitest";
import { alwaysFree, prices } from "./aws-prices.ts";
import { afterFree, linesOf, totalOf } from "./bill.ts";
import {
  type Charge,
  chargesOf,
  checksOf,
  type Installation,
  type Measured,
  type Work,
  workOver,
} from "./cost-model.ts";
import { runsAMonth } from "./templates.ts";

const nothing: Work = {
  memoryMb: 1_024,
  billedMs: 0,
  readUnits: 0,
  writeUnits: 0,
  queueCalls: 0,
  loggedBytes: 0,
};

/** Code that takes no time and tables that cost nothing but for what a test says. */
const measured = (about: Partial<Measured> = {}): Measured => ({
  cpuMsPerCheck: 0,
  cpuShare: 0.5,
  shardSize: 500,
  probe: { one: nothing, full: nothing },
  rollup: { one: nothing, full: nothing },
  dispatch: nothing,
  rounds: { dispatch: nothing, due: nothing, idle: nothing, invocations: 8, due10s: 6 },
  watchdog: nothing,
  plan: nothing,
  hanging: { slow: nothing, failure: nothing, watchdog: nothing },
  coldMs: 0,
  tickBytes: (records) => 100 + 20 * records,
  bucketBytes: 500,
  endpointBytes: 1_000,
  listUnits: () => 30,
  listsKept: 64,
  bytesOutPerCheck: 1_000,
  timestreamBytes: 200,
  alarms: 11,
  ownMetrics: 0,
  eventSources: 0,
  schedulesAMonth: 0,
  plansAMonth: 0,
  rollupsQueued: false,
  ...about,
});

const installation = (about: Partial<Installation> = {}): Installation => ({
  endpoints: 1_000,
  regions: 3,
  slowestMs: 3_000,
  hanging: 0,
  everyTenSeconds: 0,
  timestream: false,
  ...about,
});

const on = (charges: readonly Charge[], line: string, unit: Charge["unit"]): number =>
  charges.filter((one) => one.line === line && one.unit === unit).reduce((sum, one) => sum + one.quantity, 0);

const MINUTES = 43_200;

test("a check a minute, endpoint and region; six with an interval of 10 s", () => {
  expect(checksOf(installation())).toBe(3_000 * MINUTES);
  expect(checksOf(installation({ endpoints: 0, everyTenSeconds: 1 }))).toBe(18 * MINUTES);
});

test("a probe invocation is billed until the slowest answer, or as long as its checks are paced", () => {
  const gbSeconds = (cpuMsPerCheck: number) =>
    on(chargesOf(installation(), measured({ cpuMsPerCheck })), "Lambda, probe", "lambdaGbSecond");
  const ticks = 2 * 3 * MINUTES;
  expect(gbSeconds(1)).toBe(ticks * 3); // 500 checks of 1 ms at half a core: 1 s
  expect(gbSeconds(6)).toBe(ticks * 6);
});

test("lists are read again only where a region has more shards than an environment keeps lists of", () => {
  const reads = (endpoints: number) =>
    on(chargesOf(installation({ endpoints }), measured()), "DynamoDB, reads", "readUnit") / endpoints;
  expect(reads(32_000)).toBeCloseTo(reads(1_000), 6);
  expect(reads(64_000)).toBeCloseTo(reads(1_000) + (30 / 2 / 500) * 3 * MINUTES, 0);
});

test("an endpoint that hangs is checked, posted and judged in each region every minute", () => {
  const hanging = { slow: { ...nothing, billedMs: 10_000 }, failure: nothing, watchdog: nothing };
  const charges = chargesOf(installation({ hanging: 1 }), measured({ hanging }));
  expect(on(charges, "Lambda, slow lane", "lambdaGbSecond")).toBe(3 * MINUTES * 10);
  expect(on(charges, "API Gateway", "apiRequest")).toBe(3 * MINUTES);
  expect(on(charges, "Lambda, failure", "lambdaRequest")).toBe(3 * MINUTES);
});

test("rounds: eight invocations a minute and region, seven of them by way of a queue", () => {
  const charges = chargesOf(installation({ everyTenSeconds: 1 }), measured());
  expect(on(charges, "Lambda, rounds", "lambdaRequest")).toBe(8 * 3 * MINUTES);
  expect(on(charges, "SQS", "queueRequest")).toBe(7 * 2 * 3 * MINUTES);
});

test("idle event sources are what stands in the templates, polled all month", () => {
  const charges = chargesOf(installation(), measured({ eventSources: 4 }));
  expect(on(charges, "SQS, polling", "queueRequest")).toBe(4 * 15 * MINUTES);
});

test("work between one endpoint and a full shard is in proportion", () => {
  const full = { ...nothing, billedMs: 500 };
  expect(workOver({ one: { ...nothing, billedMs: 1 }, full }, 250.5, 500).billedMs).toBe(250.5);
});

test("what is free is taken off a month's whole quantity, and never below nothing", () => {
  const free = alwaysFree.alarm ?? 0;
  const charges: Charge[] = [
    { line: "a", unit: "alarm", quantity: free },
    { line: "b", unit: "alarm", quantity: 2 },
    { line: "b", unit: "metric", quantity: 1 },
    { line: "c", unit: "writeUnit", quantity: 1e6 },
  ];
  expect(afterFree(charges)).toBeCloseTo(2 * prices.alarm + 1e6 * prices.writeUnit);
  expect(totalOf(charges)).toBeCloseTo((free + 2) * prices.alarm + prices.metric + 1e6 * prices.writeUnit);
  expect(linesOf(charges).map(([line]) => line)).toEqual(["a", "b", "c"]);
});

test.each([
  ["cron(* * * * ? *)", 43_200],
  ["cron(25 * * * ? *)", 720],
  ["cron(0/5 * * * ? *)", 8_640],
  ["cron(5,35 * * * ? *)", 1_440],
])("%s starts %i times a month", (expression, runs) => {
  expect(runsAMonth(expression)).toBe(runs);
});

test("a schedule of another form is no guess", () => {
  expect(() => runsAMonth("rate(5 minutes)")).toThrow(RangeError);
});
