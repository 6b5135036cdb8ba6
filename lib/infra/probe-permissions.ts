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

/** Of the table with the endpoints only this region's own notes. */
const slowLane = ({ home, region }: ProbePlace, actions: string[]): Permission => ({
  sid: "SlowLane",
  actions,
  resources: [tableArn(home, "config")],
  conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`SLOW#${region}#*`] } },
});

/** What the probe and its small twin do alike. Of home's tables they reach what a check needs, and no more. */
const check = ({ home, apiId, forwardArn, metricsArn, region: _, ...sinks }: ProbePlace): Permission[] => [
  readShard(home),
  writeTicks(home),
  postFailures(home, apiId),
  send("KeepForHome", forwardArn),
  ...(metricsArn === undefined ? [] : [send("KeepForSinks", metricsArn)]),
  ...writeSinks(home, sinks),
];

/** It is told whom to check: it only notes who leaves the lane. */
export const slowProbeMay = (place: ProbePlace): Permission[] => [
  slowLane(place, ["dynamodb:UpdateItem"]),
  ...check(place),
];

export const probeMay = (place: ProbePlace): Permission[] => [
  slowLane(place, ["dynamodb:GetItem", "dynamodb:UpdateItem"]),
  {
    sid: "FindTroubled",
    actions: ["dynamodb:Query"],
    resources: [indexArn(place.home, "alerts", "troubled")],
  },
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
