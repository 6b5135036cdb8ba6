/** What a deployment asks of Lambda in one region. */
export interface Load {
  /** Enabled endpoints, in all. */
  endpoints: number;
  /** Endpoints that one invocation checks at most. */
  shardSize: number;
  /** Whether alerts are judged and the API answers here too. */
  home: boolean;
}

/** dispatch, forward, replay, and what of the last tick still runs when the next one begins. */
const BESIDE_PROBES = 5;
/** failure, watchdog, rollup and api at once on a bad day. */
const AT_HOME = 30;
/** Of a shard: its main invocation, and the one beside it for targets that keep it waiting. */
const LANES = 2;

/** How many Lambda environments run at once at most: what the account's quota in that region has to allow. */
export function concurrencyNeeded({ endpoints, shardSize, home }: Load): number {
  const shards = Math.max(1, Math.ceil(endpoints / shardSize));
  return shards * LANES + BESIDE_PROBES + (home ? AT_HOME : 0);
}
