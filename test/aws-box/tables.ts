import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { TableNames } from "../../lib/adapters/dynamodb/tables.ts";
import { SECRET_ACCESS_KEY } from "./signature.ts";

export const tableNames: TableNames = {
  config: "vigie-config",
  alerts: "vigie-alerts",
  ticks: "vigie-ticks",
  history: "vigie-history",
};

/** A client at `endpoint`; the process around it needs no AWS configuration. */
export const dynamodbAt = (endpoint: string, region: string, maxAttempts = 3): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region,
    maxAttempts,
    credentials: { accessKeyId: "AKIATEST", secretAccessKey: SECRET_ACCESS_KEY },
  });
