/** What costs by standing there, read from synthesized stacks. */
import * as z from "zod";
import { resourcesOf, type Stack } from "../../aws-box/account/template.ts";
import { MINUTES } from "./cost-model.ts";

export interface Standing {
  alarms: number;
  eventSources: number;
  schedulesAMonth: number;
  /** Of the schedules those that start the rollup's plan. */
  plansAMonth: number;
  rollupsQueued: boolean;
  /** By function name. */
  memoryMb: ReadonlyMap<string, number>;
  /** What the table of ticks is given to begin with; null: nothing beyond DynamoDB's own. */
  warmTicks: { reads: number; writes: number } | null;
}

const anything = z.unknown();
const schedule = z.object({ ScheduleExpression: z.string(), Name: z.string() });
const mapping = z.object({ FunctionName: z.string() });
const lambda = z.object({ FunctionName: z.string(), MemorySize: z.number() });
const throughput = z.object({
  WarmThroughput: z.object({ ReadUnitsPerSecond: z.number(), WriteUnitsPerSecond: z.number() }).optional(),
});

const HOURS = 720;

/**
 * Runs a month of `cron(25 * * * ? *)`, `cron(0/5 * * * ? *)`, `cron(* * * * ? *)`.
 * @throws RangeError for other forms
 */
export function runsAMonth(expression: string): number {
  const [, minutes] = /^cron\((\S+) \* \* \* \? \*\)$/.exec(expression) ?? [];
  if (minutes === "*") return MINUTES;
  const every = /^(?:\d+|\*)\/(\d+)$/.exec(minutes ?? "")?.[1];
  if (every !== undefined) return MINUTES / Number(every);
  if (minutes !== undefined && /^\d+(,\d+)*$/.test(minutes)) return minutes.split(",").length * HOURS;
  throw new RangeError(`How often ${expression} runs is not known here.`);
}

export function standingOf(stacks: readonly Stack[]): Standing {
  const all = <T>(type: string, shape: z.ZodType<T>): T[] =>
    stacks.flatMap((stack) =>
      resourcesOf(stacks, stack, type).map(({ properties }) => shape.parse(properties)),
    );
  const schedules = all("AWS::Scheduler::Schedule", schedule);
  const mappings = all("AWS::Lambda::EventSourceMapping", mapping);
  const runs = (some: typeof schedules): number =>
    some.reduce((sum, { ScheduleExpression }) => sum + runsAMonth(ScheduleExpression), 0);
  const warm = all("AWS::DynamoDB::Table", throughput).find(({ WarmThroughput }) => WarmThroughput);
  return {
    alarms: all("AWS::CloudWatch::Alarm", anything).length,
    eventSources: mappings.length,
    schedulesAMonth: runs(schedules),
    plansAMonth: runs(schedules.filter(({ Name }) => Name.endsWith("rollup"))),
    rollupsQueued: mappings.some(({ FunctionName }) => FunctionName.endsWith("rollup")),
    memoryMb: new Map(
      all("AWS::Lambda::Function", lambda).map(({ FunctionName, MemorySize }) => [FunctionName, MemorySize]),
    ),
    warmTicks:
      warm?.WarmThroughput === undefined
        ? null
        : {
            reads: warm.WarmThroughput.ReadUnitsPerSecond,
            writes: warm.WarmThroughput.WriteUnitsPerSecond,
          },
  };
}
