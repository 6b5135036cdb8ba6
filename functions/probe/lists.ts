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

/** Reads a shard's list when its version is new; what was read last serves when the store can't be reached. */
export function makeLists({ endpoints, onFault }: ListsDeps): (shard: ShardVersion) => Promise<Endpoint[]> {
  const read = new Map<string, { version: string; list: Endpoint[] }>();
  return async ({ id, version }) => {
    const known = read.get(id);
    if (known?.version === version) return known.list;
    try {
      const list = await endpoints.shard(id);
      read.set(id, { version, list });
      return list;
    } catch (error) {
      if (known === undefined) throw error;
      onFault(error, { what: "list of endpoints", shard: id });
      return known.list;
    }
  };
}
