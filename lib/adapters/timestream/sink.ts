import { type TimestreamWriteClient, WriteRecordsCommand } from "@aws-sdk/client-timestream-write";
import type { MetricsSink } from "../../core/ports.ts";
import type { Patience } from "../aws/client.ts";
import type { OnRejected, Rejected } from "../metrics/rejected.ts";
import { type WriteCall, writeCalls } from "./calls.ts";
import { rejectedOf, writeFault } from "./errors.ts";

export interface TimestreamSinkOptions {
  /**
   * `new TimestreamWriteClient(clientOptions(region, TIMESTREAM_PATIENCE))`. Leave `endpointDiscoveryEnabled` unset:
   * set to false it is refused, as every call needs discovery; set at all, it is refused with an endpoint of one's own.
   */
  client: Pick<TimestreamWriteClient, "send">;
  database: string;
  table: string;
  onRejected: OnRejected;
}

/** For the client: discovery of the endpoint and two tries end before whoever waits gives up. */
export const TIMESTREAM_PATIENCE: Patience = { connectMs: 500, tryMs: 2_000, tries: 2 };

/** Calls on their way at once: a shard's tick. */
const AT_ONCE = 5;

/**
 * A sink that writes to Timestream for LiveAnalytics: one record of several measures per check, 100 to a call.
 * Records it refuses are left out and told; the others are written. Writing a record again changes nothing.
 * `write` throws Unavailable when it took nothing or not everything, and may be repeated.
 */
export function makeTimestreamSink({
  client,
  database,
  table,
  onRejected,
}: TimestreamSinkOptions): MetricsSink {
  const target = { DatabaseName: database, TableName: table };

  async function perform(call: WriteCall): Promise<Rejected[]> {
    try {
      await client.send(new WriteRecordsCommand({ ...target, ...call.request }));
      return [];
    } catch (error) {
      const rejected = rejectedOf(error, call);
      if (rejected === null) throw writeFault(error);
      return rejected;
    }
  }

  return {
    async write(records) {
      const calls = writeCalls(records);
      for (let from = 0; from < calls.length; from += AT_ONCE) {
        const results = await Promise.allSettled(calls.slice(from, from + AT_ONCE).map(perform));
        const rejected = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
        if (rejected.length > 0) onRejected(rejected);
        const failed = results.find((result) => result.status === "rejected");
        if (failed !== undefined) throw failed.reason;
      }
    },
  };
}
