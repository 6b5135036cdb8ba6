/** What invocations of the shipped functions take, measured around stand-ins. */
import { GRACE_MS } from "../../../functions/rollup/handle.ts";
import { makeHistory } from "../../../lib/adapters/dynamodb/history.ts";
import { makePlacement } from "../../../lib/adapters/dynamodb/placement.ts";
import { makeSlowLane } from "../../../lib/adapters/dynamodb/slow-lane.ts";
import { memberOf } from "../../../lib/core/check/invocation.ts";
import { roundOffsetsMs, roundsOf } from "../../../lib/core/check/schedule.ts";
import { deliver } from "../../aws-box/mapping.ts";
import { median } from "../bench.ts";
import type { Measured, Work } from "./cost-model.ts";
import { HOME, type Installation, type Invoked, invoke, REGIONS } from "./installation.ts";
import { seedShard } from "./seed.ts";
import {
  average,
  beyond,
  delayCalls,
  everywhere,
  MINUTE,
  minutes,
  nextMinute,
  scheduled,
  scheduleOf,
  type World,
  watched,
  workOf,
} from "./work.ts";
import { FULL, full, hanging, ONE, often, ROUNDS, SLOW_MS, seedTicks, single } from "./world.ts";

const HOUR = 60 * MINUTE;
const CHECKS = 3;
/** As many as there are, or more: asking twice is harmless. */
const PLANS_AN_HOUR = 12;

const eventFor = (shard: string, scheduledAt: number, rest: object = {}) => ({
  v: 1,
  shard: { id: shard, version: "1", rounds: shard === ROUNDS },
  scheduledAt,
  ...rest,
});

/** Runs of the probe in a region, each at so many ms after its minute. */
const probing = ({ installation }: World, region: string, shard: string, rest: object = {}, offsetMs = 0) => {
  const deployed = installation.find(region, "probe");
  return minutes(installation, CHECKS, (at) =>
    invoke(installation, deployed, eventFor(shard, at + offsetMs, rest)),
  );
};

const checkShard = (world: World, shard: string, withoutMs: number, rest: object = {}): Promise<Work> =>
  everywhere(async (region) =>
    workOf(world, "probe", await probing(world, region, shard, rest), { withoutMs }),
  );

async function measureRounds(world: World, usual: Work): Promise<Measured["rounds"]> {
  await seedShard(world.installation.tables.config, ROUNDS, [often], true);
  const dispatch = await everywhere((region) => scheduled(world, region, "dispatch"));
  const round = { round: true };
  return {
    dispatch: beyond(dispatch, usual),
    due: await checkShard(world, ROUNDS, 0, round),
    // at 15 s, or 45 s before the minute, nothing is due that has a round every 10 s
    idle: workOf(world, "probe", await probing(world, HOME, ROUNDS, round, 15_000 - MINUTE)),
    invocations: roundOffsetsMs.length,
    due10s: roundsOf(often.intervalMs, 0).length,
  };
}

interface HangingMinute {
  /** One in each region. */
  slow: Invoked[];
  /** Of one post each. */
  failure: Invoked[];
}

/** A minute of an endpoint that hangs: slow invocations in every region, and what they post judged one by one. */
async function hangingMinute({ installation }: World): Promise<HangingMinute> {
  const event = eventFor(FULL, nextMinute(installation), {
    slow: { failing: [memberOf(hanging)], slow: [] },
  });
  const slow = await Promise.all(
    REGIONS.map((region) => invoke(installation, installation.find(region, "probe-slow"), event)),
  );
  const failure: Invoked[] = [];
  const judging = watched(installation, installation.find(HOME, "failure"), failure);
  await deliver(installation.account.failures, judging, { batchSize: 1, concurrency: 1 });
  return { slow, failure };
}

/** @param serialCpuMs of a check that does not wait: what is used beside waiting for an answer delays nothing */
async function measureHanging(world: World, quiet: Work, serialCpuMs: number): Promise<Measured["hanging"]> {
  const { installation } = world;
  const { config } = installation.tables;
  const hour = Math.ceil(installation.box.clock.now() / HOUR) * HOUR;
  await seedTicks(installation, hour - 20 * MINUTE, hour + 4 * MINUTE);
  installation.box.clock.forwardTo(hour);
  await seedShard(config, FULL, [...full.slice(0, -1), hanging]);
  for (const region of REGIONS)
    await makeSlowLane(config).add(
      { region, shard: FULL },
      { failing: new Set([memberOf(hanging)]), slow: new Set() },
    );
  await hangingMinute(world); // cold; down, and told
  const found = [await hangingMinute(world), await hangingMinute(world)];
  const slowIn = (index: number) => found.flatMap(({ slow }) => slow[index] ?? []);
  return {
    slow: average(REGIONS.map((_, i) => workOf(world, "probe-slow", slowIn(i), { serialCpuMs }))),
    failure: workOf(
      world,
      "failure",
      found.flatMap(({ failure }) => failure),
    ),
    watchdog: beyond(await scheduled(world, HOME, "watchdog"), quiet),
  };
}

interface Planned {
  shard?: string;
  region?: string;
}

/** What the plans of an hour ask for, by way of the queue or of Lambda, as events of the rollup function. */
async function planHour(world: World): Promise<{ plan: Work; events: [Planned, unknown][] }> {
  const { installation } = world;
  const { box, account } = installation;
  const { deployed, eventAt } = scheduleOf(installation, HOME, "rollup");
  const queue = account.mappings.find((one) => one.deployed.name === deployed.name)?.queue;
  const runs: Invoked[] = [];
  for (let i = 0; i < PLANS_AN_HOUR; i++) {
    box.clock.advance(HOUR / PLANS_AN_HOUR);
    runs.push(await invoke(installation, deployed, eventAt(box.clock.now())));
  }
  box.clock.advance(15 * MINUTE);
  const invoked = box.lambda
    .takeInvoked()
    .map(({ payload }): [Planned, unknown] => [payload as Planned, payload]); // the plan's own
  const queued = (queue?.receive(Number.POSITIVE_INFINITY) ?? []).map(({ id, body }): [Planned, unknown] => [
    JSON.parse(body),
    { Records: [{ messageId: id, body }] },
  ]);
  return { plan: workOf(world, "rollup", runs.slice(1)), events: [...invoked, ...queued] };
}

/** One hour of the full shard, and of the single one, in every region. */
async function measureRollup(world: World): Promise<Pick<Measured, "rollup" | "plan">> {
  const { installation } = world;
  const { tables, box } = installation;
  const hour = Math.ceil(box.clock.now() / HOUR) * HOUR;
  await seedTicks(installation, hour, hour + HOUR);
  box.clock.forwardTo(hour + HOUR + GRACE_MS);
  const { plan, events } = await planHour(world);
  const marks = makeHistory(tables.history, {
    placement: makePlacement(tables.config),
    clock: box.clock,
    regions: REGIONS,
    tickRetentionMs: 48 * HOUR,
  });
  const roll = async (shard: string): Promise<Work> => {
    const runs: Invoked[] = [];
    for (const region of REGIONS) {
      await marks.markRolledUp({ shard, region }, hour - HOUR);
      const event = events.find(([one]) => one.shard === shard && one.region === region)?.[1];
      if (event === undefined) throw new Error(`No plan asked for ${shard} in ${region}.`);
      runs.push(await invoke(installation, installation.find(HOME, "rollup"), event));
    }
    return workOf(world, "rollup", runs);
  };
  return { plan, rollup: { one: await roll(ONE), full: await roll(FULL) } };
}

/** Names of the metrics that functions have told of so far. */
const metricsTold = ({ account }: Installation): Set<string> =>
  new Set(
    [...account.functions.values()].flatMap((deployed) =>
      [...deployed.output().matchAll(/"Metrics":\[\{"Name":"(\w+)"/g)].map(([, name = ""]) => name),
    ),
  );

export type Works = Pick<
  Measured,
  "coldMs" | "dispatch" | "hanging" | "ownMetrics" | "plan" | "probe" | "rollup" | "rounds" | "watchdog"
>;

/** Measures every kind of invocation; this takes two minutes, half of them waiting for what hangs. */
export async function measureWorks(world: World): Promise<Works> {
  const { installation } = world;
  const { config } = installation.tables;
  await seedShard(config, FULL, full);
  await seedShard(config, ONE, [single]);
  delayCalls(installation);
  const dispatch = await everywhere((region) => scheduled(world, region, "dispatch"));
  const watchdog = await scheduled(world, HOME, "watchdog");
  const probe = { one: await checkShard(world, ONE, 0), full: await checkShard(world, FULL, SLOW_MS) };
  const ownMetrics = metricsTold(installation).size;
  const serialCpuMs = median((await probing(world, HOME, ONE)).map(({ cpuMs }) => cpuMs));
  const hangs = await measureHanging(world, watchdog, serialCpuMs);
  const rounds = await measureRounds(world, dispatch);
  const coldMs = median(installation.find(HOME, "probe").importsMs);
  const rolling = await measureRollup(world);
  return { probe, dispatch, watchdog, hanging: hangs, rounds, coldMs, ownMetrics, ...rolling };
}
