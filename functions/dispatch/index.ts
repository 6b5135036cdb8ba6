/** AWS Lambda: starts the probes of a minute. Invoked by EventBridge Scheduler with `{"scheduledAt": "<ISO 8601>"}`. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { clientOptions, type Patience } from "../../lib/adapters/aws/client.ts";
import { atEdge } from "../../lib/adapters/aws/edge.ts";
import { makeEmf } from "../../lib/adapters/aws/emf.ts";
import { makeFaultLog } from "../../lib/adapters/aws/fault-log.ts";
import { makeHealth } from "../../lib/adapters/aws/health.ts";
import { makeEndpoints } from "../../lib/adapters/dynamodb/endpoints.ts";
import { openTable } from "../../lib/adapters/dynamodb/table.ts";
import { makeInvoke } from "../../lib/adapters/lambda/invoke.ts";
import { makeQueue, QUEUE_PATIENCE } from "../../lib/adapters/sqs/send.ts";
import { systemClock as clock } from "../../lib/adapters/system-clock.ts";
import type { ProbeEvent } from "../../lib/core/check/invocation.ts";
import { parseDispatchEnv } from "./env.ts";
import { readEvent } from "./event.ts";
import { type Invocation, makeHandle } from "./handle.ts";

/** For home, perhaps on another continent. With home away the shards that were listed last have to start in time. */
const HOME_PATIENCE: Patience = { connectMs: 1_000, tryMs: 2_500, tries: 2 };

const settings = parseDispatchEnv(process.env);
const { AWS_REGION: region, HOME_HEALTH_URL: healthUrl } = settings;

const dynamo = new DynamoDBClient(clientOptions(settings.HOME_REGION, HOME_PATIENCE));
const config = openTable({ client: dynamo, clock }, settings.CONFIG_TABLE);
const start = makeInvoke({
  functionName: settings.PROBE_FUNCTION,
  region,
  endpoint: process.env["AWS_ENDPOINT_URL"],
  credentials: defaultProvider(),
  clock,
});
const sqs = new SQSClient(clientOptions(region, QUEUE_PATIENCE));
const rounds = makeQueue({ client: sqs, url: settings.ROUNDS_QUEUE_URL });

const eventOf = ({
  shard: { id, version, rounds: inRounds },
  scheduledAt,
  round,
}: Invocation): ProbeEvent => ({
  v: 1,
  shard: { id, version, rounds: inRounds },
  scheduledAt,
  ...(round === undefined ? {} : { round }),
});

const tell = makeFaultLog("dispatch", { clock });

const dispatch = makeHandle({
  endpoints: makeEndpoints(config, { clock, ticksKeptMs: 0 }), // only read here
  invoke: (invocation) => start(eventOf(invocation)),
  invokeLater: (invocation, delayMs) =>
    rounds.send(JSON.stringify(eventOf(invocation)), Math.round(delayMs / 1_000)),
  metric: makeEmf({ clock, write: (line) => void process.stdout.write(line) }),
  onFault: tell,
  ...(healthUrl === undefined ? {} : { homeHealth: makeHealth(healthUrl) }),
});

export const handler = atEdge(
  async (event: unknown) => dispatch({ scheduledAt: readEvent(event), region }),
  tell,
);
