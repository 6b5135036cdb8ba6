import { fixedAuth } from "../../../../lib/adapters/influxdb/auth.ts";
import { makeInfluxSink } from "../../../../lib/adapters/influxdb/sink.ts";
import type { Rejected } from "../../../../lib/adapters/metrics/rejected.ts";
import { describeMetricsSinkContract } from "../../../contract/metrics-sink.ts";
import { type InfluxDialect, influxServer } from "../../../support/influx-server.ts";

const dialects: readonly InfluxDialect[] = ["1.x", "2.x", "3.x", "words"];

for (const dialect of dialects) {
  describeMetricsSinkContract(`InfluxDB that refuses like ${dialect}`, async () => {
    const server = await influxServer();
    server.dialect = dialect;
    const rejected: Rejected[] = [];
    const sink = makeInfluxSink({
      url: server.url,
      database: "vigie",
      auth: fixedAuth(null),
      timeoutMs: 150,
      onRejected: (some) => rejected.push(...some),
    });
    return {
      sink,
      rejected,
      stored: () =>
        new Map([...server.points].map(([key, { fields }]) => [key, Number(fields["total_ms"])] as const)),
      mood(mood) {
        server.mood = mood;
      },
      refuse: (endpointId) => server.refused.add(endpointId),
      requests: () => server.asked.length,
      close: async () => server[Symbol.asyncDispose](),
    };
  });
}
