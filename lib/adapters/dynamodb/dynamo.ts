import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Clock } from "../../core/ports.ts";
import type { Patience } from "../aws/client.ts";

/** What every part of the adapter stands on. The clock only waits, between tries of what a batch left over. */
export interface Dynamo {
  client: DynamoDBClient;
  clock: Pick<Clock, "sleep">;
}

/**
 * For the client. A request that has not been answered after all its tries is over: what counts on that is
 * LEASE_MS (shards.ts).
 */
export const DYNAMODB_PATIENCE: Patience = { connectMs: 1_000, tryMs: 3_000, tries: 4 };
