/** One invocation: a shard, and the tick it is for. */
export interface ShardTick {
  shard: { id: string; version: string; rounds: boolean };
  /** Epoch ms, truncated to the schedule; the shard's offset included, and with `round` that of the round. */
  scheduledAt: number;
  /** Checks the whole shard once, or those of these ids, due or not, however late: after a start or an edit. */
  everything?: true | readonly string[];
  /** Of a shard with rounds this round only: the others have invocations of their own. */
  round?: true;
  /** Only these, each as `<org>/<id>`: the main invocation of the tick handed them over. */
  slow?: SlowList;
}

/** As the ports' SlowMembers, on the wire. */
export interface SlowList {
  failing: readonly string[];
  slow: readonly string[];
}
