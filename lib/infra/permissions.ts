import type { Permission } from "./function.ts";
import { arnOf, failuresRouteArn, indexArn, TIMESTREAM, tableArn } from "./names.ts";

/** What more than one function may do. Each is one statement, so that a policy can be read and tested line by line. */

/** Endpoints of a shard. */
export const readShard = (home: string): Permission => ({
  sid: "ReadShard",
  actions: ["dynamodb:Query"],
  resources: [indexArn(home, "config", "byShard")],
});

/** Ticks are written once; what is there already is read when two writers met. */
export const writeTicks = (home: string): Permission => ({
  sid: "WriteTicks",
  actions: ["dynamodb:PutItem", "dynamodb:Query"],
  resources: [tableArn(home, "ticks")],
});

export const readTicks = (home: string): Permission => ({
  sid: "ReadTicks",
  actions: ["dynamodb:Query"],
  resources: [tableArn(home, "ticks")],
});

/** The one route for failures, nothing else of the API. */
export const postFailures = (home: string, apiId: string): Permission => ({
  sid: "PostFailures",
  actions: ["execute-api:Invoke"],
  resources: [failuresRouteArn(home, apiId)],
});

export const send = (sid: string, queueArn: string): Permission => ({
  sid,
  actions: ["sqs:SendMessage"],
  resources: [queueArn],
});

export const start = (sid: string, arn: string): Permission => ({
  sid,
  actions: ["lambda:InvokeFunction"],
  resources: [arn],
});

export interface SinkSettings {
  influx?: { url: string; database: string; secretName?: string };
  timestream: boolean;
}

export const usesSink = ({ influx, timestream }: SinkSettings): boolean => influx !== undefined || timestream;

/** Secrets Manager puts six characters behind a secret's name; nothing else of the name is open. */
const secretArn = (home: string, name: string): string =>
  arnOf("secretsmanager", home, `secret:${name}-??????`);

/** Writing measurements to whatever sinks there are. */
export function writeSinks(home: string, { influx, timestream }: SinkSettings): Permission[] {
  const secret: Permission[] =
    influx?.secretName === undefined
      ? []
      : [
          {
            sid: "ReadInfluxSecret",
            actions: ["secretsmanager:GetSecretValue"],
            resources: [secretArn(home, influx.secretName)],
          },
        ];
  if (!timestream) return secret;
  const table = arnOf("timestream", home, `database/${TIMESTREAM.database}/table/${TIMESTREAM.table}`);
  return [
    ...secret,
    { sid: "WriteTimestream", actions: ["timestream:WriteRecords"], resources: [table] },
    // AWS has no resource for this call: it answers where the service is.
    { sid: "FindTimestream", actions: ["timestream:DescribeEndpoints"], resources: ["*"] },
  ];
}
