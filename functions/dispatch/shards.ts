import type { EndpointStore, ShardRef } from "../../lib/core/ports.ts";

export interface ShardsDeps {
  endpoints: Pick<EndpointStore, "shards">;
  /** The list could not be read: what was read last is used instead. */
  onFault(error: unknown, context: { what: string }): void;
}

/**
 * Lists shards. What was listed last serves while the store can't be reached.
 * @throws Unavailable when nothing was ever listed
 */
export function makeShards({ endpoints, onFault }: ShardsDeps): () => Promise<readonly ShardRef[]> {
  let known: readonly ShardRef[] | null = null;
  return async () => {
    try {
      known = await endpoints.shards();
      return known;
    } catch (error) {
      if (known === null) throw error;
      onFault(error, { what: "list of shards" });
      return known;
    }
  };
}
