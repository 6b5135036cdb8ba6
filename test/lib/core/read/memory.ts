import type { CheckRecord } from "../../../../lib/core/check/record.ts";
import { bareEndpoint } from "../../../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../../../lib/core/endpoint/endpoint.ts";
import type { Bucket } from "../../../../lib/core/history/bucket.ts";
import type { History, RollupMarks } from "../../../../lib/core/ports.ts";
import type { ReadPorts } from "../../../../lib/core/read/read.ts";

export const anEndpoint = (over: Partial<Endpoint> = {}): Endpoint =>
  bareEndpoint("shop", "https://shop.example", { org: "acme", ...over });

const keyOf = ({ endpointId, region, size, start }: Bucket): string =>
  `${endpointId} ${region} ${size} ${start}`;

/** Buckets in memory: properties run hundreds of times, and what is judged here is the reading, not the storing. */
export function memoryHistory(): History & RollupMarks<string> & { buckets: Map<string, Bucket> } {
  const buckets = new Map<string, Bucket>();
  let rolledUp: number | null = null;
  return {
    buckets,
    put: async (more) => {
      for (const bucket of more) buckets.set(keyOf(bucket), bucket);
    },
    list: async (org, endpointId, size, since, until) =>
      [...buckets.values()]
        .filter((one) => one.org === org && one.endpointId === endpointId && one.size === size)
        .filter(({ start }) => since <= start && start < until)
        .sort((a, b) => a.start - b.start),
    rolledUpTo: async () => rolledUp,
    markRolledUp: async (_, hour) => {
      rolledUp = hour;
    },
  };
}

export interface MemoryPorts extends ReadPorts {
  history: ReturnType<typeof memoryHistory>;
  /** The tick log's content, in no order; changed to append and to prune. */
  log: CheckRecord[];
}

/** The ports that the read model and the rollup use, in memory. */
export function memoryPorts(endpoints: readonly Endpoint[], log: CheckRecord[] = []): MemoryPorts {
  const stored = endpoints.map((endpoint) => ({ endpoint, origin: "file" as const, version: 1 }));
  const within = (org: string, since: number, until: number) =>
    log
      .filter((one) => one.org === org && since <= one.scheduledAt && one.scheduledAt <= until)
      .sort((a, b) => a.scheduledAt - b.scheduledAt);
  return {
    log,
    history: memoryHistory(),
    endpoints: {
      get: async (org, id) =>
        stored.find(({ endpoint }) => endpoint.org === org && endpoint.id === id) ?? null,
      list: async (org) => stored.filter(({ endpoint }) => endpoint.org === org),
    },
    ticks: {
      records: async (org, id, since, until) =>
        within(org, since, until).filter(({ endpointId }) => endpointId === id),
      all: async (org, since, until) => within(org, since, until),
    },
  };
}
