import type { Permission } from "./function.ts";
import { functionArn, indexArn, tableArn } from "./names.ts";
import {
  postFailures,
  readShard,
  type SinkSettings,
  send,
  start,
  writeSinks,
  writeTicks,
} from "./permissions.ts";

export interface ProbePlace extends SinkSettings {
  /** This region. */
  region: string;
  home: string;
  apiId: string;
  forwardArn: string;
  /** Only with a sink. */
  metricsArn: string | undefined;
}

/** What the probe and its small twin do alike. Of home's tables they reach what a check needs, and no more. */
const check = ({ region, home, apiId, forwardArn, metricsArn, ...sinks }: ProbePlace): Permission[] => [
  readShard(home),
  {
    sid: "SlowLane",
    actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    resources: [tableArn(home, "config")],
    // Of the table with the endpoints only this region's own notes.
    conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`SLOW#${region}#*`] } },
  },
  { sid: "FindTroubled", actions: ["dynamodb:Query"], resources: [indexArn(home, "alerts", "troubled")] },
  writeTicks(home),
  postFailures(home, apiId),
  send("KeepForHome", forwardArn),
  ...(metricsArn === undefined ? [] : [send("KeepForSinks", metricsArn)]),
  ...writeSinks(home, sinks),
];

export const slowProbeMay = check;

export const probeMay = (place: ProbePlace): Permission[] => [
  ...check(place),
  start("StartSlow", functionArn(place.region, "probe-slow")),
];

export const dispatchMay = ({ home, region }: ProbePlace, roundsArn: string): Permission[] => [
  {
    sid: "ListShards",
    actions: ["dynamodb:Query"],
    resources: [tableArn(home, "config")],
    conditions: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["SHARDS"] } },
  },
  start("StartProbe", functionArn(region, "probe")),
  send("LaterRounds", roundsArn),
];

export const forwardMay = ({ home, apiId }: ProbePlace): Permission[] => [
  writeTicks(home),
  postFailures(home, apiId),
];

export const replayMay = ({ home, influx, timestream }: ProbePlace): Permission[] =>
  writeSinks(home, { ...(influx === undefined ? {} : { influx }), timestream });
