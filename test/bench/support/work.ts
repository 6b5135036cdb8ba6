/** Invocations as Lambda would bill them: what each takes, at the memory its function has. */
import type { DeployedFunction } from "../../aws-box/runner/deployed.ts";
import { median } from "../bench.ts";
import { CALL_MS, MEMORY_OF_A_CPU_MB } from "./assumptions.ts";
import type { Work } from "./cost-model.ts";
import { HOME, type Installation, type Invoked, invoke, REGIONS } from "./installation.ts";

export const MINUTE = 60_000;
/** Warm ones, after a cold one that does not count. */
const RUNS = 5;

/** An installation, and the memory of its functions by name. */
export interface World {
  installation: Installation;
  memoryMb: ReadonlyMap<string, number>;
}

interface Not {
  /** Of the time taken what is no part of the work. */
  withoutMs?: number;
  /** CPU that is used one after another; the rest goes on beside waiting. All of it by default. */
  serialCpuMs?: number;
}

/** Medians. An invocation in a smaller environment waits as long, and computes with its part of a CPU. */
export function workOf(world: World, name: string, runs: readonly Invoked[], not: Not = {}): Work {
  const memoryMb = world.memoryMb.get(`vigie-${name}`) ?? Number.NaN;
  const of = (value: (run: Invoked) => number): number => median(runs.map(value));
  const slower = Math.max(1, MEMORY_OF_A_CPU_MB / memoryMb) - 1;
  const units = (run: Invoked, kind: "readUnits" | "writeUnits") =>
    run.consumed.reduce((sum, one) => sum + one[kind], 0);
  const { withoutMs = 0, serialCpuMs } = not;
  return {
    memoryMb,
    billedMs: of(({ wallMs, cpuMs }) => wallMs + (serialCpuMs ?? cpuMs) * slower) - withoutMs,
    readUnits: of((run) => units(run, "readUnits")),
    writeUnits: of((run) => units(run, "writeUnits")),
    queueCalls: of(({ calls }) => calls.filter(({ service }) => service === "sqs").length),
    loggedBytes: of(({ loggedBytes }) => loggedBytes),
  };
}

const combine = (memoryMb: number, value: (name: keyof Work) => number): Work => ({
  memoryMb,
  billedMs: value("billedMs"),
  readUnits: value("readUnits"),
  writeUnits: value("writeUnits"),
  queueCalls: value("queueCalls"),
  loggedBytes: value("loggedBytes"),
});

/** Of the same function in all regions. */
export const average = (works: readonly Work[]): Work =>
  combine(
    works[0]?.memoryMb ?? Number.NaN,
    (name) => works.reduce((sum, work) => sum + work[name], 0) / works.length,
  );

/** What one does beyond the other. */
export const beyond = (more: Work, less: Work): Work =>
  combine(more.memoryMb, (name) => Math.max(0, more[name] - less[name]));

export async function everywhere(work: (region: string) => Promise<Work>): Promise<Work> {
  const works: Work[] = [];
  for (const region of REGIONS) works.push(await work(region));
  return average(works);
}

const HOMES = new Set(["dynamodb", "execute-api", "web"]);
const SERVICES = [...HOMES, "sqs", "lambda", "sns"];

/** Every call of AWS takes its time from here on. */
export function delayCalls({ box }: Installation, ms: { near: number; far: number } = CALL_MS): void {
  for (const region of REGIONS)
    for (const service of SERVICES)
      box.faults.add({ from: region, service }, HOMES.has(service) && region !== HOME ? ms.far : ms.near);
}

/** Puts the clock forward to the next full minute, and answers with it. */
export function nextMinute({ box: { clock } }: Installation): number {
  const at = Math.floor(clock.now() / MINUTE) * MINUTE + MINUTE;
  clock.forwardTo(at);
  return at;
}

/** Runs in the minutes that follow, the first of which (cold) is left out. */
export async function minutes(
  installation: Installation,
  count: number,
  run: (at: number) => Promise<Invoked>,
): Promise<Invoked[]> {
  const runs: Invoked[] = [];
  for (let i = 0; i <= count; i++) runs.push(await run(nextMinute(installation)));
  return runs.slice(1);
}

/**
 * What Scheduler starts, and with which event.
 * @throws RangeError
 */
export function scheduleOf({ account }: Installation, region: string, name: string) {
  const found = account.schedules.find(
    (one) => one.region === region && one.deployed.name === `vigie-${name}`,
  );
  if (found === undefined) throw new RangeError(`Nothing starts ${name} in ${region}.`);
  return found;
}

/** Minutes of a function that a schedule starts. */
export async function scheduled(world: World, region: string, name: string): Promise<Work> {
  const { installation } = world;
  const { deployed, eventAt } = scheduleOf(installation, region, name);
  const runs = await minutes(installation, RUNS, (at) => invoke(installation, deployed, eventAt(at)));
  installation.box.lambda.takeInvoked();
  return workOf(world, name, runs);
}

/** The function, with every invocation noted. */
export const watched = (
  installation: Installation,
  deployed: DeployedFunction,
  into: Invoked[],
): DeployedFunction =>
  Object.create(deployed, {
    invoke: {
      value: async (event: unknown) => {
        const run = await invoke(installation, deployed, event);
        into.push(run);
        return run;
      },
    },
  });
