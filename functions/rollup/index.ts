/** AWS Lambda: rolls up what its queue asks for, with partial batch responses; and plans that, invoked every hour. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse } from "aws-lambda";
import { clientOptions } from "../../lib/adapters/aws/client.ts";
import { atEdge } from "../../lib/adapters/aws/edge.ts";
import { makeFaultLog } from "../../lib/adapters/aws/fault-log.ts";
import { DYNAMODB_PATIENCE } from "../../lib/adapters/dynamodb/dynamo.ts";
import { makeEndpoints } from "../../lib/adapters/dynamodb/endpoints.ts";
import { makeHistory } from "../../lib/adapters/dynamodb/history.ts";
import { makePlacement } from "../../lib/adapters/dynamodb/placement.ts";
import { openTable } from "../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../lib/adapters/dynamodb/ticks.ts";
import { QUEUE_PATIENCE } from "../../lib/adapters/sqs/send.ts";
import { makeSendMany } from "../../lib/adapters/sqs/send-many.ts";
import { systemClock } from "../../lib/adapters/system-clock.ts";
import { byShard } from "./by-shard.ts";
import { parseRollupEnv } from "./env.ts";
import { makeHandle } from "./handle.ts";
import { makePlan } from "./plan.ts";
import { makeQueueHandle, type RollupInvocation } from "./queue.ts";

/** A further hour is begun with so much time left only: an hour of 500 endpoints takes some seconds. */
const RESERVE_MS = 45_000;

const settings = parseRollupEnv(process.env);
const { AWS_REGION: region, REGIONS: regions, TICK_RETENTION_MS: ticksKeptMs } = settings;
const clock = systemClock;

const client = new DynamoDBClient(clientOptions(region, DYNAMODB_PATIENCE));
const open = (name: string) => openTable({ client, clock }, name);
const config = open(settings.CONFIG_TABLE);
const placement = makePlacement(config);
const endpoints = makeEndpoints(config, { clock, ticksKeptMs });
const ticks = makeTicks(open(settings.TICKS_TABLE), { placement, regions, retentionMs: ticksKeptMs });
const history = makeHistory(open(settings.HISTORY_TABLE), {
  placement,
  clock,
  regions,
  tickRetentionMs: ticksKeptMs,
});

const sqs = new SQSClient(clientOptions(region, QUEUE_PATIENCE));
const sendMany = makeSendMany({ client: sqs, url: settings.ROLLUP_QUEUE_URL });
const tell = makeFaultLog("rollup", { clock });

const handle = makeQueueHandle({
  rollup: makeHandle({
    open: byShard({ endpoints, ticks }),
    marks: history,
    history,
    clock,
    limits: { rawMs: ticksKeptMs },
  }),
  shards: endpoints,
  plan: makePlan({ shards: endpoints, regions, sendMany, clock }),
  clock,
  onFault: (error) => tell(error, { what: "rollup" }),
});

export const handler = atEdge(
  async (event: RollupInvocation, context): Promise<SQSBatchResponse> =>
    handle(event, () => context.getRemainingTimeInMillis() > RESERVE_MS),
  tell,
);
