/**
 * Unit prices of AWS, in USD, as published for us-east-1 in November 2026. One table, so that whoever doubts a cost
 * finds every number in one place; recheck it before quoting what follows from it.
 */
export const PRICES_DATED = "2026-11";

export const prices = {
  /** Lambda on arm64: per GB and second of billed time, and per request. */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  /** DynamoDB on demand: a write unit is 1 KB, a read unit 4 KB (eventually consistent reads cost half). */
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  /** Per GB and month: table storage, and point-in-time recovery of the two tables that have it. */
  storageGb: 0.25,
  recoveryGb: 0.2,
  /** SQS standard queues, per request of up to 64 KB. */
  queueRequest: 0.4 / 1e6,
  /** HTTP API, per request of up to 512 KB. */
  apiRequest: 1 / 1e6,
  /** EventBridge Scheduler, per invocation. */
  schedule: 1 / 1e6,
  /** CloudWatch: logs taken in per GB, an alarm on one metric and a metric of our own per month. */
  logsGb: 0.5,
  alarm: 0.1,
  metric: 0.3,
  /** Data transfer per GB: out to the internet, and from one region to another. */
  internetGb: 0.09,
  interRegionGb: 0.02,
  /** Timestream for LiveAnalytics: per million writes of 1 KiB, and memory store per GB and hour. */
  timestreamWrite: 0.5 / 1e6,
  timestreamMemoryGbHour: 0.036,
  timestreamMagneticGbMonth: 0.03,
} as const;

export type Unit = keyof typeof prices;

/** What an account has free each month, for ever: of all that runs in it, not of each product. */
export const alwaysFree: Partial<Record<Unit, number>> = {
  lambdaGbSecond: 400_000,
  lambdaRequest: 1e6,
  queueRequest: 1e6,
  storageGb: 25,
  schedule: 14e6,
  logsGb: 5,
  alarm: 10,
  metric: 10,
  internetGb: 100,
};

/** What a million checks costs elsewhere, USD. */
export const elsewhere: readonly (readonly [string, number])[] = [
  ["CloudWatch Synthetics", 1_200],
  ["Datadog API tests", 500],
  ["Route 53 HTTPS health checks", 32],
  ["UptimeRobot", 4],
];
