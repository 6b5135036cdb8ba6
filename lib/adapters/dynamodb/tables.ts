/**
 * The shape of every table as plain data: deployments create them from it, and so do tests. Every key is a string.
 * What the keys hold stands beside the code that writes them (endpoints.ts, alerts.ts, ticks.ts, history.ts, …).
 */
export type TableName = "config" | "alerts" | "ticks" | "history";

/** What an index holds besides its own key and the table's: nothing, or the whole item. */
export type Projection = "KEYS_ONLY" | "ALL";

/** A global secondary index. Sparse: an item without both attributes is not in it, and costs nothing there. */
export interface IndexShape {
  name: string;
  /** Names of attributes. */
  partitionKey: string;
  sortKey: string;
  projection: Projection;
}

export interface TableShape {
  /** Names of attributes, the same in every table. */
  partitionKey: "pk";
  sortKey: "sk";
  indexes: readonly IndexShape[];
  /** Attribute (epoch s, N) after which DynamoDB deletes an item by itself. */
  ttl?: string;
  /** Whether it holds what can't be made again: such tables are backed up continuously. */
  pointInTimeRecovery: boolean;
}

const keys = { partitionKey: "pk", sortKey: "sk" } as const;

/** Endpoints, shards, API tokens, slow lanes. `byShard`: the enabled endpoints of a shard, whole. */
const config: TableShape = {
  ...keys,
  indexes: [{ name: "byShard", partitionKey: "shard", sortKey: "shardSk", projection: "ALL" }],
  pointInTimeRecovery: true,
};

/**
 * Alert states, gates, incidents, sent messages. `troubled`: states a watchdog has to look at; `unsent`: those with
 * effects to be carried out; `feed`, `openFeed`, `endpointFeed`: incidents and messages by time.
 */
const alerts: TableShape = {
  ...keys,
  indexes: [
    { name: "troubled", partitionKey: "bucket", sortKey: "at", projection: "KEYS_ONLY" },
    { name: "unsent", partitionKey: "unsent", sortKey: "unsentId", projection: "KEYS_ONLY" },
    { name: "feed", partitionKey: "feed", sortKey: "feedAt", projection: "KEYS_ONLY" },
    { name: "openFeed", partitionKey: "openFeed", sortKey: "feedAt", projection: "KEYS_ONLY" },
    { name: "endpointFeed", partitionKey: "endpointFeed", sortKey: "feedAt", projection: "KEYS_ONLY" },
  ],
  pointInTimeRecovery: true,
};

/** Outcomes of the last days, one compressed item per shard, region and tick. */
const ticks: TableShape = { ...keys, indexes: [], ttl: "ttl", pointInTimeRecovery: false };

/** Hour and day buckets, and how far each shard and region is rolled up. */
const history: TableShape = { ...keys, indexes: [], pointInTimeRecovery: false };

export const tables: Record<TableName, TableShape> = { config, alerts, ticks, history };

/** What the tables are called in an account: names come from the deployment. */
export type TableNames = Record<TableName, string>;
