/** The variables of every function of an installation, as its stacks supply them. */
import type { ApiEnv } from "../../../../functions/api/env.ts";
import type { DispatchEnv } from "../../../../functions/dispatch/env.ts";
import type { FailureEnv } from "../../../../functions/failure/env.ts";
import type { ForwardEnv } from "../../../../functions/forward/env.ts";
import type { ProbeEnv } from "../../../../functions/probe/env.ts";
import type { ReplayEnv } from "../../../../functions/replay/env.ts";
import type { RollupEnv } from "../../../../functions/rollup/env.ts";
import type { WatchdogEnv } from "../../../../functions/watchdog/env.ts";
import { HEALTH_PATH, HEARTBEAT_PATH } from "../../../aws-box/box.ts";
import { FAILURES_PATH } from "../../../aws-box/services/api-gateway.ts";
import { queueUrl } from "../../../aws-box/sqs/stand-in.ts";
import { tableNames } from "../../../aws-box/tables.ts";
import { arn } from "../../../aws-box/wire.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export type Sink = "none" | "influxdb" | "timestream";

/** What the variables depend on. */
export interface Setting {
  homeRegion: string;
  /** The first one watches home. */
  regions: readonly string[];
  canary: string;
  sink: Sink;
  shardSize: number;
}

/** `door`: the box as this process reaches it. */
export type EnvironmentOf = (setting: Setting, door: string, region: string) => Record<string, string>;

const TICK_RETENTION_MS = String(2 * DAY);

export const topicArnPrefix = (homeRegion: string): string => arn("sns", homeRegion, "vigie-");

const sinkOf = ({ sink }: Setting, door: string) => ({
  ...(sink === "influxdb" && { INFLUX_URL: door, INFLUX_DATABASE: "vigie" }),
  ...(sink === "timestream" && { TIMESTREAM_DATABASE: "vigie", TIMESTREAM_TABLE: "checks" }),
});

function probe(setting: Setting, door: string) {
  const { homeRegion, canary, sink } = setting;
  return {
    HOME_REGION: homeRegion,
    CONFIG_TABLE: tableNames.config,
    ALERTS_TABLE: tableNames.alerts,
    TICKS_TABLE: tableNames.ticks,
    TICK_RETENTION_MS,
    FAILURES_URL: door + FAILURES_PATH,
    FORWARD_QUEUE_URL: queueUrl(door, "forward"),
    SLOW_FUNCTION: "probe-slow",
    CANARIES: canary,
    ...sinkOf(setting, door),
    ...(sink !== "none" && { METRICS_QUEUE_URL: queueUrl(door, "metrics") }),
  } satisfies ProbeEnv;
}

const dispatch: EnvironmentOf = (setting, door, region) =>
  ({
    HOME_REGION: setting.homeRegion,
    CONFIG_TABLE: tableNames.config,
    PROBE_FUNCTION: "probe",
    ROUNDS_QUEUE_URL: queueUrl(door, "rounds"),
    ...(region === setting.regions[0] && { HOME_HEALTH_URL: door + HEALTH_PATH }),
  }) satisfies DispatchEnv;

const forward: EnvironmentOf = ({ homeRegion }, door) =>
  ({
    HOME_REGION: homeRegion,
    TICKS_TABLE: tableNames.ticks,
    TICK_RETENTION_MS,
    FAILURES_URL: door + FAILURES_PATH,
  }) satisfies ForwardEnv;

const replay: EnvironmentOf = (setting, door) =>
  ({ HOME_REGION: setting.homeRegion, ...sinkOf(setting, door) }) satisfies ReplayEnv;

const failure = ({ homeRegion, regions }: Setting, door: string) =>
  ({
    CONFIG_TABLE: tableNames.config,
    ALERTS_TABLE: tableNames.alerts,
    TICKS_TABLE: tableNames.ticks,
    FAILURES_QUEUE_URL: queueUrl(door, "failures"),
    TOPIC_ARN_PREFIX: topicArnPrefix(homeRegion),
    REGIONS: regions.join(","),
  }) satisfies FailureEnv;

const watchdog: EnvironmentOf = (setting, door) =>
  ({ ...failure(setting, door), HEARTBEAT_URL: door + HEARTBEAT_PATH }) satisfies WatchdogEnv;

const rollup: EnvironmentOf = ({ regions }, door) =>
  ({
    CONFIG_TABLE: tableNames.config,
    TICKS_TABLE: tableNames.ticks,
    HISTORY_TABLE: tableNames.history,
    ROLLUP_QUEUE_URL: queueUrl(door, "rollup"),
    REGIONS: regions.join(","),
    TICK_RETENTION_MS,
    HOUR_RETENTION_MS: String(90 * DAY),
    DAY_RETENTION_MS: String(730 * DAY),
  }) satisfies RollupEnv;

const api: EnvironmentOf = ({ homeRegion, regions, shardSize }) =>
  ({
    CONFIG_TABLE: tableNames.config,
    ALERTS_TABLE: tableNames.alerts,
    TICKS_TABLE: tableNames.ticks,
    HISTORY_TABLE: tableNames.history,
    SHARD_SIZE: String(shardSize),
    TICK_RETENTION_MS,
    REGIONS: regions.join(","),
    TOPIC_ARN_PREFIX: topicArnPrefix(homeRegion),
    VERSION: "0.0.0-test",
  }) satisfies ApiEnv;

/** By the function's name in an account; `probe-slow` is the probe with less memory. */
export const environments = {
  home: { failure, watchdog, rollup, api },
  region: { dispatch, probe, "probe-slow": probe, forward },
  /** In a region, where there is a sink. */
  sink: { replay },
} satisfies Record<string, Record<string, EnvironmentOf>>;
