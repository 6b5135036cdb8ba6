import type * as z from "zod";
import { line } from "../endpoint/fields.ts";
import { httpUrl, name } from "./fields.ts";

/** Where measurements go for people's own analysis: none, one or both. */
export const sinkVariables = {
  /** Base URL of InfluxDB or VictoriaMetrics; `/write` is put behind it. */
  INFLUX_URL: httpUrl().optional(),
  INFLUX_DATABASE: line(256).optional(),
  /** Name of a secret in Secrets Manager, in the home region. Absent: no authorization. */
  INFLUX_SECRET: line(256).optional(),
  /** Timestream for LiveAnalytics, in the home region. */
  TIMESTREAM_DATABASE: name().optional(),
  TIMESTREAM_TABLE: name().optional(),
};

type Variables = Readonly<Record<string, unknown>>;

/** Of each pair both or none; the first is the one that the second hangs on. */
const pairs = [
  ["INFLUX_URL", "INFLUX_DATABASE"],
  ["INFLUX_DATABASE", "INFLUX_URL"],
  ["INFLUX_SECRET", "INFLUX_URL"],
  ["TIMESTREAM_DATABASE", "TIMESTREAM_TABLE"],
  ["TIMESTREAM_TABLE", "TIMESTREAM_DATABASE"],
] as const;

const has = (variables: Variables, variable: string): boolean => variables[variable] !== undefined;

export const hasSink = (variables: Variables): boolean =>
  has(variables, "INFLUX_URL") || has(variables, "TIMESTREAM_DATABASE");

const needs = (context: z.RefinementCtx, variable: string, message: string): void =>
  context.addIssue({ code: "custom", path: [variable], message });

/** Half a sink is a fault of the stack. */
export function sinksAreWhole(variables: Variables, context: z.RefinementCtx): void {
  for (const [given, needed] of pairs)
    if (has(variables, given) && !has(variables, needed)) needs(context, needed, `a value beside ${given}`);
}

/** What a sink refuses is kept in a queue, so a sink and the queue come together. */
export function sinksHaveQueue(variables: Variables, context: z.RefinementCtx): void {
  if (hasSink(variables) !== has(variables, "METRICS_QUEUE_URL"))
    needs(context, "METRICS_QUEUE_URL", "a queue exactly when INFLUX_URL or TIMESTREAM_DATABASE is set");
}
