import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { DeliverDeps } from "../../core/alert/deliver.ts";
import type { EvaluateDeps } from "../../core/alert/evaluate.ts";
import { writeDeliver } from "../../core/alert/queue-message.ts";
import type { AlertStore } from "../../core/ports.ts";
import { makeAlerts } from "../dynamodb/alerts.ts";
import { DYNAMODB_PATIENCE } from "../dynamodb/dynamo.ts";
import { makeEndpoints } from "../dynamodb/endpoints.ts";
import { makeIncidents } from "../dynamodb/incidents.ts";
import { makePlacement } from "../dynamodb/placement.ts";
import { openTable } from "../dynamodb/table.ts";
import { makeTicks } from "../dynamodb/ticks.ts";
import { makeSnsNotifier, SNS_PATIENCE } from "../sns/sns.ts";
import { makeQueue, QUEUE_PATIENCE } from "../sqs/send.ts";
import { makeSendMany } from "../sqs/send-many.ts";
import { systemClock } from "../system-clock.ts";
import { clientOptions } from "./client.ts";
import { makeEmf } from "./emf.ts";
import { type FaultPlace, makeFaultLog } from "./fault-log.ts";

/** The environment of the functions that judge and deliver (functions/failure/env.ts). */
export interface JudgingSettings {
  AWS_REGION: string;
  CONFIG_TABLE: string;
  ALERTS_TABLE: string;
  TICKS_TABLE: string;
  FAILURES_QUEUE_URL: string;
  TOPIC_ARN_PREFIX: string;
  REGIONS: readonly string[];
  LINK?: string | undefined;
}

/** What judges and delivers on AWS, and what its function tells. */
export interface Judging {
  deps: EvaluateDeps & DeliverDeps & { alerts: AlertStore };
  /** Puts texts into the failures queue. */
  handOn(messages: readonly string[]): Promise<void>;
  metric(name: string, value: number): void;
  /** Writes a fault of ours into the function's log. */
  tell(error: unknown, place: FaultPlace): void;
}

/** After the gate: whoever receives it may have a clock that is a little behind. */
const AFTER_GATE_S = 1;

const linkTo =
  (link: string) =>
  (incidentId: string): string =>
    `${link.replace(/\/+$/, "")}/incidents/${encodeURIComponent(incidentId)}`;

function storesOf(settings: JudgingSettings) {
  const client = new DynamoDBClient(clientOptions(settings.AWS_REGION, DYNAMODB_PATIENCE));
  const open = (name: string) => openTable({ client, clock: systemClock }, name);
  const config = open(settings.CONFIG_TABLE);
  const alerts = open(settings.ALERTS_TABLE);
  return {
    // Endpoints and ticks are only read here: how long they are kept is others' business.
    endpoints: makeEndpoints(config, { clock: systemClock, ticksKeptMs: 0 }),
    ticks: makeTicks(open(settings.TICKS_TABLE), {
      placement: makePlacement(config),
      regions: settings.REGIONS,
      retentionMs: 0,
    }),
    alerts: makeAlerts(alerts),
    incidents: makeIncidents(alerts),
  };
}

/** Wires the failure function and the watchdog, which do the same with what they are given. */
export function makeJudging(functionName: string, settings: JudgingSettings): Judging {
  const region = settings.AWS_REGION;
  const sqs = {
    client: new SQSClient(clientOptions(region, QUEUE_PATIENCE)),
    url: settings.FAILURES_QUEUE_URL,
  };
  const queue = makeQueue(sqs);
  const sendMany = makeSendMany(sqs);
  const tell = makeFaultLog(functionName, { clock: systemClock });
  return {
    deps: {
      ...storesOf(settings),
      regions: settings.REGIONS,
      clock: systemClock,
      notifier: makeSnsNotifier({
        client: new SNSClient(clientOptions(region, SNS_PATIENCE)),
        topicArnOf: (org) => `${settings.TOPIC_ARN_PREFIX}${org}`,
        clock: systemClock,
      }),
      holder: randomUUID(),
      deliverAgain: (org, afterMs) =>
        queue.send(writeDeliver(org), Math.ceil(afterMs / 1_000) + AFTER_GATE_S),
      onFault: (error) => tell(error, { what: "judging and delivering" }),
      ...(settings.LINK === undefined ? {} : { linkTo: linkTo(settings.LINK) }),
    },
    handOn: (messages) => sendMany(messages.map((body) => ({ body }))),
    tell,
    metric: makeEmf({ clock: systemClock, write: (line) => void process.stdout.write(line) }),
  };
}
