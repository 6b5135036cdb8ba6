import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { EndpointStore } from "../../lib/core/ports.ts";
import type { OnFault } from "./fault.ts";

export interface ListsDeps {
  endpoints: Pick<EndpointStore, "shard">;
  onFault: OnFault;
}

/** A shard as dispatch saw it. */
interface ShardVersion {
  id: string;
  version: string;
}

/** Shards get other names when their number changes: the lists of the old ones are forgotten. */
export const LISTS_KEPT = 64;

/** Reads a shard's list when its version is new; what was read last serves when the store can't be reached. */
export function makeLists({ endpoints, onFault }: ListsDeps): (shard: ShardVersion) => Promise<Endpoint[]> {
  const read = new Map<string, { version: string; list: Endpoint[] }>();
  const remember = (id: string, found: { version: string; list: Endpoint[] }): void => {
    read.delete(id);
    read.set(id, found);
    const [oldest] = read.keys();
    if (read.size > LISTS_KEPT && oldest !== undefined) read.delete(oldest);
  };
  return async ({ id, version }) => {
    const known = read.get(id);
    if (known?.version === version) return known.list;
    try {
      const list = await endpoints.shard(id);
      remember(id, { version, list });
      return list;
    } catch (error) {
      if (known === undefined) throw error;
      onFault(error, { what: "list of endpoints", shard: id });
      return known.list;
    }
  };
}
