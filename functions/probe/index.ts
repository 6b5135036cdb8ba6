/** AWS Lambda: checks a shard. Started by dispatch, by its own main invocation (slow lane) and by the rounds queue. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { Context, SQSBatchResponse } from "aws-lambda";
import { clientOptions, type Patience } from "../../lib/adapters/aws/client.ts";
import { atEdge } from "../../lib/adapters/aws/edge.ts";
import { makeFaultLog } from "../../lib/adapters/aws/fault-log.ts";
import { makeEndpoints } from "../../lib/adapters/dynamodb/endpoints.ts";
import { makeSlowLane } from "../../lib/adapters/dynamodb/slow-lane.ts";
import { openTable } from "../../lib/adapters/dynamodb/table.ts";
import { makeTickWrites } from "../../lib/adapters/dynamodb/tick-writes.ts";
import { makeTroubledIn } from "../../lib/adapters/dynamodb/troubled-in.ts";
import { makeApiGatewayRoute } from "../../lib/adapters/failure-route/api-gateway.ts";
import { makeSignedPost } from "../../lib/adapters/failure-route/signed-post.ts";
import { makeInvoke } from "../../lib/adapters/lambda/invoke.ts";
import { makeQueuedAwsSinks } from "../../lib/adapters/metrics/aws-sinks.ts";
import { forwardedTicks } from "../../lib/adapters/sqs/forwarded-ticks.ts";
import { makeQueue, QUEUE_PATIENCE } from "../../lib/adapters/sqs/send.ts";
import { systemClock as clock } from "../../lib/adapters/system-clock.ts";
import { memberOf, type ProbeEvent } from "../../lib/core/check/invocation.ts";
import { resolveSecrets } from "../../lib/core/endpoint/secrets.ts";
import { VigieError } from "../../lib/core/errors.ts";
import { makeChecker } from "../../lib/probe/checker.ts";
import { makeEgressGuard } from "../../lib/probe/egress/egress.ts";
import { makeResolver } from "../../lib/probe/lookup/resolver.ts";
import { makeCanaryGate } from "./canary.ts";
import { parseProbeEnv } from "./env.ts";
import { readEvent } from "./event.ts";
import { makeHandle, type TickSummary } from "./handle.ts";
import type { ShardTick } from "./tick.ts";

/** For home, perhaps on another continent; with home away there has to be time left for this region's queue. */
const HOME_PATIENCE: Patience = { connectMs: 1_000, tryMs: 2_000, tries: 2 };
/** Of an invocation's time: for writing what ran and for failures that are on their way. */
const RESERVE_MS = 15_000;
const REPORT_MS = 12_000;
const LAST_MS = 1_000;
/** A write is a request to home: one for most, a second for stragglers, the last for what is left. */
const WRITE_AFTER_MS = [5_000, 20_000];
/** Scheduler starts within the minute, and an event may wait for as long as it may be old. */
const TOLERANCE_MS = 120_000;
/** Lambda gives a whole CPU from here on. */
const MEMORY_OF_A_CPU_MB = 1_769;
const CANARIES_IN_FLIGHT = 8;
const USER_AGENT = "Vigie";

const settings = parseProbeEnv(process.env);
const { AWS_REGION: region, HOME_REGION: home } = settings;
const tell = makeFaultLog("probe", { clock });
const telling = (what: string) => (error: unknown) => tell(error, { what });

const engine = {
  resolver: makeResolver({ resolver: "dns", clock }),
  userAgent: USER_AGENT,
  clock,
  cpus: Math.min(1, (settings.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? MEMORY_OF_A_CPU_MB) / MEMORY_OF_A_CPU_MB),
  ipv6: false, // there is none outside of a VPC
};
const checker = makeChecker({ ...engine, guard: makeEgressGuard("public") });
const ready = checker.warmUp();

const canaries = makeCanaryGate({
  urls: settings.CANARIES,
  checker: makeChecker({ ...engine, guard: makeEgressGuard("any"), inFlight: CANARIES_IN_FLIGHT }),
  clock,
  onOwnNetwork(up, since) {
    if (!up)
      tell(new VigieError("own_network", "No canary answers: no failure counts."), {
        what: "own network",
        since,
      });
  },
  onUselessCanaries: () =>
    tell(new VigieError("canaries_useless", "No canary answers, although endpoints do: choose others."), {
      what: "canaries",
    }),
  onFault: tell,
});

const dynamo = new DynamoDBClient(clientOptions(home, HOME_PATIENCE));
const open = (name: string) => openTable({ client: dynamo, clock }, name);
const config = open(settings.CONFIG_TABLE);
const troubledIn = makeTroubledIn(open(settings.ALERTS_TABLE));

const sqs = new SQSClient(clientOptions(region, QUEUE_PATIENCE));
const forward = makeQueue({ client: sqs, url: settings.FORWARD_QUEUE_URL });
const credentials = defaultProvider();
const startSlow = makeInvoke({
  functionName: settings.SLOW_FUNCTION,
  region,
  endpoint: process.env["AWS_ENDPOINT_URL"],
  credentials,
  clock,
});

const sinksOf = (queueUrl: string) =>
  makeQueuedAwsSinks(settings, {
    queue: makeQueue({ client: sqs, url: queueUrl }),
    clock,
    onRefusal: (message) => tell(new VigieError("sink_refused", message), { what: "metrics sink" }),
    onFault: telling("write to a metrics sink"),
  });

const probe = makeHandle({
  region,
  clock,
  endpoints: makeEndpoints(config, { clock, ticksKeptMs: 0 }), // only read here
  ticks: forwardedTicks({
    ticks: { append: makeTickWrites(open(settings.TICKS_TABLE), settings.TICK_RETENTION_MS) },
    queue: forward,
    onFault: telling("write to home's tick log"),
  }),
  sinks: settings.METRICS_QUEUE_URL === undefined ? [] : sinksOf(settings.METRICS_QUEUE_URL),
  failureRoute: makeApiGatewayRoute({
    post: makeSignedPost({ url: settings.FAILURES_URL, region: home, credentials, clock }),
    queue: forward,
    onFault: telling("post of failures to home"),
  }),
  slowLane: {
    lane: makeSlowLane(config),
    handOver: ({ shard, scheduledAt, slow }) =>
      startSlow(eventOf({ shard, scheduledAt, ...(slow && { slow }) })),
  },
  canaries,
  checkerForTick: () => checker.forTick(),
  ipv6: engine.ipv6,
  // The API takes no endpoint that refers to a secret; one that got in is our own fault, and is sent nowhere.
  resolve: (endpoint) => ({ endpoint: resolveSecrets(endpoint, () => undefined), secrets: [] }),
  async troubled(endpoints, _scheduledAt, shard) {
    const names = await troubledIn(shard);
    return new Set(endpoints.filter((endpoint) => names.has(memberOf(endpoint))));
  },
  onFault: tell,
  writeAfterMs: WRITE_AFTER_MS,
  toleranceMs: TOLERANCE_MS,
  roundsFollow: "arrival",
  invocationLimitMs: 0, // each invocation says its own
  reportMs: REPORT_MS,
});

function eventOf({ shard: { id, version, rounds }, scheduledAt, slow }: ShardTick): ProbeEvent {
  const wanted = slow === undefined ? {} : { slow: { failing: [...slow.failing], slow: [...slow.slow] } };
  return { v: 1, shard: { id, version, rounds }, scheduledAt, ...wanted };
}

/** An environment that is frozen in the middle of asking the canaries would take the silence for their answer. */
async function settled(context: Context): Promise<void> {
  const enough = new AbortController();
  const late = clock.sleep(Math.max(0, context.getRemainingTimeInMillis() - LAST_MS), enough.signal);
  await Promise.race([canaries.settled(), late]);
  enough.abort();
}

async function run(tick: ShardTick, context: Context): Promise<TickSummary> {
  await ready;
  const summary = await probe(tick, { limitMs: context.getRemainingTimeInMillis() - RESERVE_MS });
  await settled(context);
  return summary;
}

/** Answers a queue with what it expects, dispatch with what was done. */
async function answer(event: unknown, context: Context): Promise<TickSummary[] | SQSBatchResponse> {
  const { ticks, queued } = readEvent(event);
  const summaries = await Promise.all(ticks.map((tick) => run(tick, context)));
  return queued ? { batchItemFailures: [] } : summaries;
}

export const handler = atEdge(answer, tell);
