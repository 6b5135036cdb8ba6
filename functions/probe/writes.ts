import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Clock, MetricsSink, TickLog, TickPlace } from "../../lib/core/ports.ts";
import type { OnFault } from "./fault.ts";

/** Records of one tick on their way into the log and the sinks. */
export interface Writes {
  add(record: CheckRecord): void;
  /** Writes what is left; waits for the log, and for the sinks at most five seconds. */
  end(): Promise<void>;
}

export interface WritesDeps {
  ticks: Pick<TickLog, "append">;
  sinks: readonly MetricsSink[];
  clock: Clock;
  onFault: OnFault;
  /** How long after the tick's start what is done is written, so that stragglers hold nothing back; ms, ascending. */
  writeAfterMs: readonly number[];
}

const SINKS_MS = 5_000;

export function makeWrites(deps: WritesDeps, place: TickPlace): Writes {
  const { ticks, clock, onFault } = deps;
  const ended = new AbortController();
  const sinks = makeSinkWrites(deps);
  let done: CheckRecord[] = [];
  let last = Promise.resolve();

  /** What the log did not take stays and goes with the next write: writing a record twice is harmless. */
  async function write(): Promise<void> {
    const records = done;
    done = [];
    if (records.length === 0) return;
    try {
      await ticks.append(records, place);
    } catch (error) {
      onFault(error, { what: "write to the tick log" });
      done = [...records, ...done];
    }
  }

  function flush(): Promise<void> {
    sinks.flush();
    last = last.then(write);
    return last;
  }

  async function flushInTime(): Promise<void> {
    let waited = 0;
    for (const after of deps.writeAfterMs) {
      await clock.sleep(after - waited, ended.signal);
      if (ended.signal.aborted) return;
      waited = after;
      await flush();
    }
  }

  void flushInTime();
  return {
    add(record) {
      done.push(record);
      sinks.add(record);
    },
    async end() {
      ended.abort();
      await flush();
      await sinks.end();
    },
  };
}

/** The sinks see each record once, whatever becomes of the log, and never hold anything back. */
function makeSinkWrites({ sinks, clock, onFault }: WritesDeps) {
  const writing = new Set<Promise<void>>();
  let fresh: CheckRecord[] = [];

  function flush(): void {
    const records = fresh;
    fresh = [];
    if (records.length === 0) return;
    for (const sink of sinks) {
      const written = sink
        .write(records)
        .catch((error: unknown) => onFault(error, { what: "write to a metrics sink" }))
        .finally(() => writing.delete(written));
      writing.add(written);
    }
  }

  return {
    add: (record: CheckRecord) => {
      if (sinks.length > 0) fresh.push(record);
    },
    flush,
    async end(): Promise<void> {
      flush();
      if (writing.size === 0) return;
      const enough = new AbortController();
      await Promise.race([Promise.all(writing), clock.sleep(SINKS_MS, enough.signal)]);
      enough.abort();
    },
  };
}
