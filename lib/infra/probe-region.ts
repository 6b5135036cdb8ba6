import { Duration } from "aws-cdk-lib";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { DispatchEnv } from "../../functions/dispatch/env.ts";
import type { ForwardEnv } from "../../functions/forward/env.ts";
import type { ProbeEnv } from "../../functions/probe/env.ts";
import type { ReplayEnv } from "../../functions/replay/env.ts";
import type { Deployment } from "../core/deployment/settings.ts";
import { alarmOnDeadLetters, alarmOnHome, alarmOnTicking } from "./alarms.ts";
import { makeFunction, regionOf } from "./function.ts";
import { apiUrl, FAILURES_PATH, functionName, HEALTH_PATH, TIMESTREAM, tableName } from "./names.ts";
import { bundlesFolder } from "./package.ts";
import { usesSink } from "./permissions.ts";
import {
  dispatchMay,
  forwardMay,
  type ProbePlace,
  probeMay,
  replayMay,
  slowProbeMay,
} from "./probe-permissions.ts";
import { consume, makeDeadLetters, makeQueue, mayConsume } from "./queues.ts";
import { makeSchedule } from "./schedule.ts";
import { makeOperatorTopic } from "./topics.ts";

export interface ProbeRegionProps
  extends Pick<
    Deployment,
    "homeRegion" | "influx" | "operatorEmails" | "probe" | "probeRegions" | "retention" | "timestream"
  > {
  /** `Vigie.apiId` of the home region, or what its stack says it is. */
  apiId: string;
  /** Folder of the functions' bundles; those of this package when absent. */
  bundles?: string;
}

/** Short pauses of the garbage collector, and half the memory. */
const SHORT_PAUSES = "--max-semi-space-size=1 --v8-pool-size=1";

/** A minute of rounds, and the longest check of the last one. */
const PROBE_LIMIT_S = 90;
/** Half a minute late a tick is nearer to the next one. */
const DISPATCH_LIMIT_S = 30;
const FORWARD_LIMIT_S = 60;
const REPLAY_LIMIT_S = 60;

/** Later than this a tick belongs to the next minute. */
const TICK = { retries: 0, maxAgeS: 60 };

/** A checking region: it starts every minute, checks, and keeps what the home region or a sink does not take. */
export class ProbeRegion extends Construct {
  /** Told of this region's own alarms. */
  readonly operator: Topic;
  readonly #props: ProbeRegionProps;
  readonly #deadLetters: Queue;
  readonly #region: string;
  readonly #place: ProbePlace;
  readonly #metrics: Queue | undefined;

  constructor(scope: Construct, id: string, props: ProbeRegionProps) {
    super(scope, id);
    this.#props = props;
    this.#region = regionOf(this);
    this.#deadLetters = makeDeadLetters(this);
    this.operator = makeOperatorTopic(this, props.operatorEmails, this.#deadLetters);
    alarmOnDeadLetters(this, this.operator, this.#deadLetters);
    // Ten minutes without home are nothing: a message is tried for a day.
    const patient = { againAfterS: 90, tries: 1_000, keepFor: Duration.days(14) };
    const forward = makeQueue(this, "Forward", patient, this.#deadLetters);
    this.#metrics = usesSink(props) ? makeQueue(this, "Metrics", patient, this.#deadLetters) : undefined;
    this.#place = {
      region: this.#region,
      home: props.homeRegion,
      apiId: props.apiId,
      forwardArn: forward.queueArn,
      metricsArn: this.#metrics?.queueArn,
      timestream: props.timestream,
      ...(props.influx === undefined ? {} : { influx: props.influx }),
    };
    this.#checking(this.#environment(forward));
    this.#forwarding(forward);
    if (this.#metrics !== undefined) this.#replaying(this.#metrics);
  }

  get #common() {
    return { bundles: this.#props.bundles ?? bundlesFolder() };
  }

  get #failuresUrl(): string {
    return apiUrl(this.#props.homeRegion, this.#props.apiId, FAILURES_PATH);
  }

  get #sinks(): Omit<ReplayEnv, "HOME_REGION"> {
    const { influx, timestream } = this.#props;
    return {
      INFLUX_URL: influx?.url,
      INFLUX_DATABASE: influx?.database,
      INFLUX_SECRET: influx?.secretName,
      TIMESTREAM_DATABASE: timestream ? TIMESTREAM.database : undefined,
      TIMESTREAM_TABLE: timestream ? TIMESTREAM.table : undefined,
    };
  }

  #environment(forward: Queue): ProbeEnv {
    const { homeRegion, probe, retention } = this.#props;
    return {
      HOME_REGION: homeRegion,
      CONFIG_TABLE: tableName("config"),
      ALERTS_TABLE: tableName("alerts"),
      TICKS_TABLE: tableName("ticks"),
      TICK_RETENTION_MS: String(retention.rawMs),
      FAILURES_URL: this.#failuresUrl,
      FORWARD_QUEUE_URL: forward.queueUrl,
      SLOW_FUNCTION: functionName("probe-slow"),
      CANARIES: probe.canaries.join(","),
      METRICS_QUEUE_URL: this.#metrics?.queueUrl,
      ...this.#sinks,
    };
  }

  #checking(environment: ProbeEnv): void {
    const rounds = makeQueue(
      this,
      "Rounds",
      // A round that failed or came late is not repeated: the next is near.
      { againAfterS: PROBE_LIMIT_S + 10, tries: 1, keepFor: Duration.minutes(3) },
      this.#deadLetters,
    );
    const tick = {
      ...this.#common,
      timeoutS: PROBE_LIMIT_S,
      nodeOptions: SHORT_PAUSES,
      onFailure: { queue: this.#deadLetters, ...TICK },
    };
    const probe = makeFunction<ProbeEnv>(this, "Probe", {
      ...tick,
      name: "probe",
      description: "Checks the endpoints of a shard",
      memoryMb: this.#props.probe.memoryMb,
      environment,
      permissions: [...probeMay(this.#place), mayConsume(rounds)],
    });
    consume(rounds, probe, 1);
    makeFunction<ProbeEnv>(this, "ProbeSlow", {
      ...tick,
      name: "probe-slow",
      bundle: "probe",
      description: "Checks what is failing or slow, beside the others",
      memoryMb: 256,
      environment,
      permissions: slowProbeMay(this.#place),
    });
    this.#dispatching(rounds);
  }

  #dispatching(rounds: Queue): void {
    const { homeRegion, apiId, probeRegions } = this.#props;
    const isFirst = probeRegions[0] === this.#region;
    const dispatch = makeFunction<DispatchEnv>(this, "Dispatch", {
      ...this.#common,
      name: "dispatch",
      description: "Every minute: starts a probe for each shard",
      memoryMb: 256,
      timeoutS: DISPATCH_LIMIT_S,
      environment: {
        HOME_REGION: homeRegion,
        CONFIG_TABLE: tableName("config"),
        PROBE_FUNCTION: functionName("probe"),
        ROUNDS_QUEUE_URL: rounds.queueUrl,
        HOME_HEALTH_URL: isFirst ? apiUrl(homeRegion, apiId, HEALTH_PATH) : undefined,
      },
      permissions: dispatchMay(this.#place, rounds.queueArn),
      onFailure: { queue: this.#deadLetters, ...TICK },
    });
    const deadLetters = this.#deadLetters;
    makeSchedule(this, "EveryMinute", {
      name: "dispatch",
      target: dispatch,
      cron: "* * * * ? *",
      deadLetters,
    });
    const does = `Checking from ${this.#region}`;
    alarmOnTicking(this, "ChecksStill", this.operator, { ticking: dispatch, limitS: DISPATCH_LIMIT_S, does });
    if (isFirst) alarmOnHome(this, this.operator);
  }

  #forwarding(queue: Queue): void {
    const forward = makeFunction<ForwardEnv>(this, "ForwardFunction", {
      ...this.#common,
      name: "forward",
      description: "Brings home what it did not take",
      memoryMb: 256,
      timeoutS: FORWARD_LIMIT_S,
      environment: {
        HOME_REGION: this.#props.homeRegion,
        TICKS_TABLE: tableName("ticks"),
        TICK_RETENTION_MS: String(this.#props.retention.rawMs),
        FAILURES_URL: this.#failuresUrl,
      },
      permissions: [...forwardMay(this.#place), mayConsume(queue)],
    });
    consume(queue, forward, 10);
  }

  #replaying(queue: Queue): void {
    const replay = makeFunction<ReplayEnv>(this, "Replay", {
      ...this.#common,
      name: "replay",
      description: "Writes to a sink what it did not take",
      memoryMb: 256,
      timeoutS: REPLAY_LIMIT_S,
      environment: { HOME_REGION: this.#props.homeRegion, ...this.#sinks },
      permissions: [...replayMay(this.#place), mayConsume(queue)],
    });
    consume(queue, replay, 10);
  }
}
