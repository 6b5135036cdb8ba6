import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

/**
 * An alarm costs $0.10 a month for every metric it looks at, and there is a stack in every region: each watches for
 * more than one fault. What runs every minute is watched by its longest duration, which is missing when it is not
 * started (or throttled) and large when it is near its limit; what fails, or is throttled after that, becomes a dead
 * letter.
 */
const minute = Duration.minutes(1);

interface AlarmOptions {
  metric: IMetric;
  threshold: number;
  below?: boolean;
  /** Of the last five minutes, so many. */
  minutes: number;
  missing: TreatMissingData;
  description: string;
}

function makeAlarm(scope: Construct, id: string, operator: ITopic, options: AlarmOptions): Alarm {
  const alarm = new Alarm(scope, id, {
    metric: options.metric,
    threshold: options.threshold,
    comparisonOperator: options.below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: Math.max(5, options.minutes),
    datapointsToAlarm: options.minutes,
    treatMissingData: options.missing,
    alarmDescription: options.description,
  });
  alarm.addAlarmAction(new SnsAction(operator));
  alarm.addOkAction(new SnsAction(operator));
  return alarm;
}

/** Not started for three of five minutes, or three times nearly at its limit. `limitS`: the function's timeout. */
export const alarmOnTicking = (
  scope: Construct,
  id: string,
  operator: ITopic,
  { ticking, limitS, does }: { ticking: IFunction; limitS: number; does: string },
): Alarm =>
  makeAlarm(scope, id, operator, {
    metric: ticking.metricDuration({ statistic: Stats.MAXIMUM, period: minute }),
    threshold: limitS * 1_000 * 0.8,
    minutes: 3,
    missing: TreatMissingData.BREACHING,
    description: `${does} is not started every minute (stopped, or throttled: look at the account's concurrency), or takes over 80 % of its ${limitS} s.`,
  });

export const alarmOnDeadLetters = (scope: Construct, operator: ITopic, queue: IQueue): Alarm =>
  makeAlarm(scope, "LostWork", operator, {
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: minute }),
    threshold: 1,
    minutes: 1,
    missing: TreatMissingData.NOT_BREACHING,
    description:
      "Work failed, was throttled or could not be delivered, and lies in the queue of dead letters. Read what they are, mend the cause, then redrive or purge the queue.",
  });

/** Failures that nobody judges: the function that does is failing, throttled or slow. */
export const alarmOnWaiting = (scope: Construct, operator: ITopic, queue: IQueue): Alarm =>
  makeAlarm(scope, "FailuresWait", operator, {
    metric: queue.metricApproximateAgeOfOldestMessage({ statistic: Stats.MAXIMUM, period: minute }),
    threshold: 120,
    minutes: 2,
    missing: TreatMissingData.NOT_BREACHING,
    description: "Failures have waited over two minutes to be judged: look at the log of vigie-failure.",
  });

const own = (metricName: string, statistic: string): Metric =>
  new Metric({ namespace: "Vigie", metricName, statistic, period: minute });

/** Written by the watchdog, which the alarm on its ticking covers; silence is none left. */
export const alarmOnUnsent = (scope: Construct, operator: ITopic): Alarm =>
  makeAlarm(scope, "AlertsUnsent", operator, {
    metric: own("OldestUnsentSeconds", Stats.MAXIMUM),
    threshold: 300,
    minutes: 2,
    missing: TreatMissingData.NOT_BREACHING,
    description:
      "An alert has been waiting over five minutes to be sent: look at the log of vigie-watchdog, and at SNS.",
  });

/** Written by dispatch of the first probe region, which the alarm on its ticking covers. */
export const alarmOnHome = (scope: Construct, operator: ITopic): Alarm =>
  makeAlarm(scope, "HomeAway", operator, {
    metric: own("HomeHealthy", Stats.MINIMUM),
    threshold: 1,
    below: true,
    minutes: 3,
    missing: TreatMissingData.NOT_BREACHING,
    description:
      "The home region's API does not answer from here: alerts wait until it does. Probes keep what they find and forward it.",
  });
