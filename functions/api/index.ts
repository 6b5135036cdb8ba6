/** AWS Lambda: the API behind API Gateway, `/v1/*` for whoever has a token, `/healthz` for all. */
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { clientOptions } from "../../lib/adapters/aws/client.ts";
import { makeFaultLog } from "../../lib/adapters/aws/fault-log.ts";
import { makeAlerts } from "../../lib/adapters/dynamodb/alerts.ts";
import { DYNAMODB_PATIENCE } from "../../lib/adapters/dynamodb/dynamo.ts";
import { makeEndpoints } from "../../lib/adapters/dynamodb/endpoints.ts";
import { makeHistory } from "../../lib/adapters/dynamodb/history.ts";
import { makeIncidents } from "../../lib/adapters/dynamodb/incidents.ts";
import { makePlacement } from "../../lib/adapters/dynamodb/placement.ts";
import { openTable } from "../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../lib/adapters/dynamodb/ticks.ts";
import { makeTokens } from "../../lib/adapters/dynamodb/tokens.ts";
import { makeSnsNotifier, SNS_PATIENCE } from "../../lib/adapters/sns/sns.ts";
import { systemClock as clock } from "../../lib/adapters/system-clock.ts";
import { hashToken } from "../../lib/adapters/token/token.ts";
import { parseApiEnv } from "./env.ts";
import { makeHandle } from "./handle.ts";
import { makePrincipal } from "./principal.ts";

const env = parseApiEnv(process.env);
const region = env.AWS_REGION;
const regions = env.REGIONS;

const dynamo = { client: new DynamoDBClient(clientOptions(region, DYNAMODB_PATIENCE)), clock };
const config = openTable(dynamo, env.CONFIG_TABLE);
const alerts = openTable(dynamo, env.ALERTS_TABLE);
const placement = makePlacement(config);
const retentionMs = env.TICK_RETENTION_MS;

const log = makeFaultLog("api", { clock });

export const handler = makeHandle({
  endpoints: makeEndpoints(config, { clock, ticksKeptMs: retentionMs, shardSize: env.SHARD_SIZE }),
  ticks: makeTicks(openTable(dynamo, env.TICKS_TABLE), { placement, regions, retentionMs }),
  alerts: makeAlerts(alerts),
  incidents: makeIncidents(alerts),
  history: makeHistory(openTable(dynamo, env.HISTORY_TABLE), {
    placement,
    regions,
    clock,
    tickRetentionMs: retentionMs,
  }),
  notifier: makeSnsNotifier({
    client: new SNSClient(clientOptions(region, SNS_PATIENCE)),
    topicArnOf: (org) => `${env.TOPIC_ARN_PREFIX}${org}`,
    clock,
  }),
  clock,
  newId: randomUUID,
  regions,
  version: env.VERSION,
  principal: makePrincipal({ tokens: makeTokens(config), clock, hash: hashToken }),
  mayUseSecret: () => false,
  configFile: null,
  troubles: () => [], // alarms watch the functions; whoever asks learns whether the table answers
  onFault: (error, { method, path, requestId }) => log(error, { what: `${method} ${path}`, requestId }),
});
