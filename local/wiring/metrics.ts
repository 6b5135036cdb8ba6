import { fixedAuth } from "../../lib/adapters/influxdb/auth.ts";
import { makeInfluxSink } from "../../lib/adapters/influxdb/sink.ts";
import { type Rejected, rejectedMessage } from "../../lib/adapters/metrics/rejected.ts";
import { unpackRecords } from "../../lib/adapters/packed-records.ts";
import { type MetricsSpool, makeMetricsSpool, type SpooledBatch } from "../../lib/adapters/sqlite/index.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { Unavailable, VigieError } from "../../lib/core/errors.ts";
import type { Clock, MetricsSink } from "../../lib/core/ports.ts";
import { makeBell } from "../bell.ts";
import type { InfluxSettings, MetricsSettings } from "../settings.ts";
import type { Listener } from "./events.ts";
import { makeSinkTrouble } from "./sink-trouble.ts";

export interface LocalMetricsDeps {
  /** The spool's file, or `:memory:`. */
  spool: string;
  /** What it may hold, bytes; see makeMetricsSpool. */
  spoolLimitBytes?: number;
  clock: Clock;
  listener: Listener;
  /** Those in force. */
  settings(): MetricsSettings;
  /** Ends `run`. */
  stop: AbortSignal;
}

/** Brings measurements to the sink that the settings name, if any, without anybody waiting for it. */
export interface LocalMetrics {
  /** Takes records for as long as the disk does, whatever becomes of the sink. */
  sink: MetricsSink;
  /** Writes what waits, until `stop` aborts. */
  run(): Promise<void>;
  /** Writes what waits now, unless the sink fails; never rejects. */
  finish(): Promise<void>;
  close(): void;
}

const LOOK_EVERY_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** The sink for the settings in force: a reload may name another. */
function makeCurrent({ settings, listener }: LocalMetricsDeps): () => MetricsSink | null {
  let made: { key: string; sink: MetricsSink } | null = null;
  const context = { what: "InfluxDB" };
  const onRejected = (rejected: readonly Rejected[]) => {
    const error = new VigieError("rejected", rejectedMessage("InfluxDB", rejected));
    listener({ kind: "fault", error, context });
  };
  const make = ({ auth, ...target }: InfluxSettings): MetricsSink =>
    makeInfluxSink({ ...target, auth: fixedAuth(auth), onRejected });
  return () => {
    const { influx } = settings();
    if (influx === null) return null;
    const key = JSON.stringify(influx);
    if (made?.key !== key) made = { key, sink: make(influx) };
    return made.sink;
  };
}

/** `failed`: the sink did; what waits is kept. `off`: there is none. */
type Drained = { is: "empty" } | { is: "off" } | { is: "failed"; cause: Unavailable };

/** A batch that nobody can read is told and passed over. */
function recordsOf({ packed }: SpooledBatch, onFault: (error: unknown) => void): CheckRecord[] {
  try {
    return unpackRecords(packed);
  } catch (error) {
    onFault(error);
    return [];
  }
}

/**
 * Oldest first, each taken out once it is written: what is interrupted is written again, which changes nothing.
 * @throws what the spool threw
 */
async function drain(
  spool: MetricsSpool,
  current: () => MetricsSink | null,
  onFault: (error: unknown) => void,
): Promise<Drained> {
  for (;;) {
    const sink = current();
    if (sink === null) return { is: "off" };
    const batch = spool.oldest();
    if (batch === null) return { is: "empty" };
    try {
      await sink.write(recordsOf(batch, onFault));
    } catch (cause) {
      if (cause instanceof Unavailable) return { is: "failed", cause };
      throw cause;
    }
    spool.remove(batch.seq);
  }
}

/**
 * Every record goes into a spool on disk first and from there to the sink: so no write is lost with the process, none
 * holds anybody up, and one loop alone talks to the sink, in order. Only what the disk does not take goes directly.
 */
export function makeLocalMetrics(deps: LocalMetricsDeps): LocalMetrics {
  const { clock, listener, stop, spoolLimitBytes } = deps;
  const limit = spoolLimitBytes === undefined ? {} : { limitBytes: spoolLimitBytes };
  const trouble = makeSinkTrouble(listener);
  const spool = makeMetricsSpool(deps.spool, { ...limit, onDropped: trouble.dropped });
  const current = makeCurrent(deps);
  const bell = makeBell(clock, stop);
  const onFault = (error: unknown): void =>
    listener({ kind: "fault", error, context: { what: "metrics spool" } });

  /** Answers whether nothing waits; never rejects. */
  async function attempt(): Promise<boolean> {
    try {
      const drained = await drain(spool, current, onFault);
      if (drained.is === "failed") trouble.began(drained.cause);
      else trouble.over(drained.is);
      return drained.is !== "failed";
    } catch (error) {
      onFault(error);
      return false;
    }
  }

  return {
    sink: {
      async write(records) {
        const sink = current();
        if (sink === null) return;
        try {
          await spool.put(records);
        } catch (error) {
          onFault(error);
          return sink.write(records);
        }
        bell.ring();
      },
    },
    async run() {
      let waitMs = FIRST_WAIT_MS;
      while (!stop.aborted) {
        if (await attempt()) {
          waitMs = FIRST_WAIT_MS;
          await bell.wait(LOOK_EVERY_MS);
        } else {
          await clock.sleep(waitMs, stop);
          waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
        }
      }
    },
    async finish() {
      if (!trouble.lasts()) await attempt();
    },
    close: () => spool.close(),
  };
}
