import { CfnOutput, Duration, type Stack } from "aws-cdk-lib";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { ApiEnv } from "../../functions/api/env.ts";
import type { FailureEnv } from "../../functions/failure/env.ts";
import type { RollupEnv } from "../../functions/rollup/env.ts";
import type { WatchdogEnv } from "../../functions/watchdog/env.ts";
import type { Deployment } from "../core/deployment/settings.ts";
import { alarmOnDeadLetters, alarmOnTicking, alarmOnUnsent, alarmOnWaiting } from "./alarms.ts";
import { makeFunction, regionOf } from "./function.ts";
import { acknowledgeTopics, apiMay, failureMay, rollupMay, watchdogMay } from "./home-permissions.ts";
import { makeHttpApi } from "./http-api.ts";
import { API_ID, apiUrl, arnOf, tableName, topicName } from "./names.ts";
import { bundlesFolder, VERSION } from "./package.ts";
import { consume, makeDeadLetters, makeQueue, mayConsume } from "./queues.ts";
import { makeSchedule } from "./schedule.ts";
import { makeTables } from "./tables.ts";
import { makeTimestream } from "./timestream.ts";
import { makeOperatorTopic, makeTopic } from "./topics.ts";

export interface VigieProps
  extends Pick<
    Deployment,
    | "alertEmails"
    | "alertPhones"
    | "heartbeatUrl"
    | "operatorEmails"
    | "probe"
    | "probeRegions"
    | "removal"
    | "retention"
    | "timestream"
    | "warmTicks"
  > {
  /** Folder of the functions' bundles; those of this package when absent. */
  bundles?: string;
}

/** A watchdog that is later than its next start is of no use. */
const WATCHDOG_LIMIT_S = 55;
const FAILURE_LIMIT_S = 30;
const ROLLUP_LIMIT_S = 300;

/**
 * The home region: tables, the API, and what judges, tells and sums up. One in an account and region: tables, topics
 * and functions have fixed names. Probe regions need the id of its API, nothing else.
 */
export class Vigie extends Construct {
  /** Of the HTTP API; a probe region posts to it. */
  readonly apiId: string;
  /** Told of this stack's own alarms. */
  readonly operator: Topic;
  readonly #props: VigieProps;
  readonly #deadLetters: Queue;
  readonly #home: string;

  constructor(scope: Construct, id: string, props: VigieProps) {
    super(scope, id);
    this.#props = props;
    this.#home = regionOf(this);
    this.#deadLetters = makeDeadLetters(this);
    this.operator = makeOperatorTopic(this, props.operatorEmails, this.#deadLetters);
    alarmOnDeadLetters(this, this.operator, this.#deadLetters);
    makeTables(this, props);
    if (props.timestream) makeTimestream(this, props.removal);
    makeTopic(this, "Default", {
      name: topicName("default"),
      displayName: "Vigie",
      subscribers: { emails: props.alertEmails, phones: props.alertPhones },
      deadLetters: this.#deadLetters,
    });
    const failures = this.#judging();
    this.#rollingUp();
    this.apiId = this.#api(failures);
  }

  get #common() {
    return { bundles: this.#props.bundles ?? bundlesFolder() };
  }

  get #regions(): string {
    return this.#props.probeRegions.join(",");
  }

  /** Failures are judged as they come, the rest every minute. */
  #judging(): Queue {
    const queue = makeQueue(
      this,
      "Failures",
      // Quickly again, and for over an hour: an outage of a table or of SNS is longer than a handful of tries.
      { againAfterS: FAILURE_LIMIT_S + 10, tries: 100, keepFor: Duration.days(4) },
      this.#deadLetters,
    );
    const environment: FailureEnv = {
      CONFIG_TABLE: tableName("config"),
      ALERTS_TABLE: tableName("alerts"),
      TICKS_TABLE: tableName("ticks"),
      FAILURES_QUEUE_URL: queue.queueUrl,
      TOPIC_ARN_PREFIX: arnOf("sns", this.#home, topicName("")),
      REGIONS: this.#regions,
    };
    const failure = makeFunction<FailureEnv>(this, "Failure", {
      ...this.#common,
      name: "failure",
      description: "Judges endpoints whose checks failed, and tells",
      // Deliveries that wait for a gate: while endpoints go up and down, one follows the other.
      handsOnToItself: true,
      memoryMb: 1_024,
      timeoutS: FAILURE_LIMIT_S,
      environment,
      permissions: [...failureMay(this.#home, queue.queueArn), mayConsume(queue)],
    });
    consume(queue, failure, 10);
    acknowledgeTopics(this.#home, failure);
    alarmOnWaiting(this, this.operator, queue);
    this.#watching(environment, queue);
    return queue;
  }

  #watching(environment: FailureEnv, failures: Queue): void {
    const watchdog = makeFunction<WatchdogEnv>(this, "Watchdog", {
      ...this.#common,
      name: "watchdog",
      description: "Every minute: recoveries, reminders, what is still to be sent",
      memoryMb: 512,
      timeoutS: WATCHDOG_LIMIT_S,
      environment: { ...environment, HEARTBEAT_URL: this.#props.heartbeatUrl },
      permissions: watchdogMay(this.#home, failures.queueArn),
      onFailure: { queue: this.#deadLetters, retries: 0, maxAgeS: 60 },
    });
    acknowledgeTopics(this.#home, watchdog);
    const deadLetters = this.#deadLetters;
    makeSchedule(this, "EveryMinute", {
      name: "watchdog",
      target: watchdog,
      cron: "* * * * ? *",
      deadLetters,
    });
    const does = "The watchdog (recoveries, reminders, unsent alerts)";
    alarmOnTicking(this, "WatchdogStill", this.operator, {
      ticking: watchdog,
      limitS: WATCHDOG_LIMIT_S,
      does,
    });
    alarmOnUnsent(this, this.operator);
  }

  #rollingUp(): void {
    const queue = makeQueue(
      this,
      "Rollups",
      { againAfterS: ROLLUP_LIMIT_S + 60, tries: 10, keepFor: Duration.days(2) },
      this.#deadLetters,
    );
    const { rawMs, hourMs, dayMs } = this.#props.retention;
    const rollup = makeFunction<RollupEnv>(this, "Rollup", {
      ...this.#common,
      name: "rollup",
      description: "Sums up an hour of one shard and region; plans that every hour",
      memoryMb: 512,
      timeoutS: ROLLUP_LIMIT_S,
      environment: {
        CONFIG_TABLE: tableName("config"),
        TICKS_TABLE: tableName("ticks"),
        HISTORY_TABLE: tableName("history"),
        ROLLUP_QUEUE_URL: queue.queueUrl,
        REGIONS: this.#regions,
        TICK_RETENTION_MS: String(rawMs),
        HOUR_RETENTION_MS: String(hourMs),
        DAY_RETENTION_MS: String(dayMs),
      },
      permissions: [...rollupMay(this.#home, queue.queueArn), mayConsume(queue)],
      onFailure: { queue: this.#deadLetters, retries: 2, maxAgeS: 3_600 },
    });
    consume(queue, rollup, 1);
    makeSchedule(this, "EveryHour", {
      name: "rollup",
      target: rollup,
      // After the grace for late ticks (functions/rollup/handle.ts).
      cron: "25 * * * ? *",
      input: { plan: true },
      deadLetters: this.#deadLetters,
    });
  }

  #api(failures: Queue): string {
    const api = makeFunction<ApiEnv>(this, "ApiFunction", {
      ...this.#common,
      name: "api",
      description: "The HTTP API",
      memoryMb: 512,
      timeoutS: 29,
      environment: {
        CONFIG_TABLE: tableName("config"),
        ALERTS_TABLE: tableName("alerts"),
        TICKS_TABLE: tableName("ticks"),
        HISTORY_TABLE: tableName("history"),
        SHARD_SIZE: String(this.#props.probe.shardSize),
        TICK_RETENTION_MS: String(this.#props.retention.rawMs),
        REGIONS: this.#regions,
        TOPIC_ARN_PREFIX: arnOf("sns", this.#home, topicName("")),
        VERSION,
      },
      permissions: apiMay(this.#home),
    });
    acknowledgeTopics(this.#home, api);
    return makeHttpApi(this, { failures, api });
  }

  /** What a probe region's stack and `vigie init` look for. Said by a stack of one's own where one is made. */
  outputTo(stack: Stack): void {
    new CfnOutput(stack, API_ID, { value: this.apiId });
    new CfnOutput(stack, "ApiUrl", { value: apiUrl(this.#home, this.apiId, "") });
  }
}
