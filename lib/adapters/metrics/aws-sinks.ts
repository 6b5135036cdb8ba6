import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { VigieError } from "../../core/errors.ts";
import type { Clock, MetricsSink } from "../../core/ports.ts";
import { clientOptions, type Patience } from "../aws/client.ts";
import { fromAws } from "../aws/errors.ts";
import { type AuthSource, fixedAuth, secretAuth } from "../influxdb/auth.ts";
import { makeInfluxSink } from "../influxdb/sink.ts";
import { metricsQueue, type SinkName } from "../sqs/metrics-message.ts";
import type { Queue } from "../sqs/send.ts";
import { makeTimestreamSink, TIMESTREAM_PATIENCE } from "../timestream/sink.ts";
import { makeQueuedSink } from "./queued-sink.ts";
import { rejectedMessage } from "./rejected.ts";

/** The environment variables of a function that writes to sinks (core/environment/sinks.ts). */
export interface AwsSinkSettings {
  /** Where Timestream and the secret are. */
  HOME_REGION: string;
  INFLUX_URL?: string | undefined;
  INFLUX_DATABASE?: string | undefined;
  INFLUX_SECRET?: string | undefined;
  TIMESTREAM_DATABASE?: string | undefined;
  TIMESTREAM_TABLE?: string | undefined;
}

/** Told in one line what a sink refused for good; see rejectedMessage. */
export type OnRefusal = (message: string) => void;

const SECRET_PATIENCE: Patience = { connectMs: 500, tryMs: 1_000, tries: 2 };

function secretFrom(region: string, name: string): AuthSource {
  const client = new SecretsManagerClient(clientOptions(region, SECRET_PATIENCE));
  return secretAuth(async () => {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
      if (SecretString !== undefined) return SecretString;
    } catch (error) {
      throw fromAws(error, `The secret ${name} can't be read`);
    }
    throw new VigieError("bad_secret", `The secret ${name} is binary: store it as text.`);
  });
}

/** The sinks that a function's settings name, none, one or both. Makes no call yet. */
export function makeAwsSinks(settings: AwsSinkSettings, onRefusal: OnRefusal): Map<SinkName, MetricsSink> {
  const { HOME_REGION, INFLUX_URL, INFLUX_DATABASE, INFLUX_SECRET, TIMESTREAM_DATABASE, TIMESTREAM_TABLE } =
    settings;
  const sinks = new Map<SinkName, MetricsSink>();
  if (INFLUX_URL !== undefined && INFLUX_DATABASE !== undefined) {
    const auth = INFLUX_SECRET === undefined ? fixedAuth(null) : secretFrom(HOME_REGION, INFLUX_SECRET);
    const target = { url: INFLUX_URL, database: INFLUX_DATABASE, auth };
    sinks.set(
      "influxdb",
      makeInfluxSink({ ...target, onRejected: (some) => onRefusal(rejectedMessage("InfluxDB", some)) }),
    );
  }
  if (TIMESTREAM_DATABASE !== undefined && TIMESTREAM_TABLE !== undefined) {
    const client = new TimestreamWriteClient(clientOptions(HOME_REGION, TIMESTREAM_PATIENCE));
    const target = { client, database: TIMESTREAM_DATABASE, table: TIMESTREAM_TABLE };
    sinks.set(
      "timestream",
      makeTimestreamSink({ ...target, onRejected: (some) => onRefusal(rejectedMessage("Timestream", some)) }),
    );
  }
  return sinks;
}

export interface QueuedSinksDeps {
  /** The region's metrics queue. */
  queue: Queue;
  clock: Clock;
  onRefusal: OnRefusal;
  /** Told why records went into the queue instead. */
  onFault(error: unknown): void;
}

/** The same sinks for whoever must not wait for them: what one does not take goes into the region's queue. */
export function makeQueuedAwsSinks(
  settings: AwsSinkSettings,
  { queue, clock, onRefusal, onFault }: QueuedSinksDeps,
): MetricsSink[] {
  return [...makeAwsSinks(settings, onRefusal)].map(([name, sink]) =>
    makeQueuedSink({ sink, queue: metricsQueue(queue, name), clock, onFault }),
  );
}
