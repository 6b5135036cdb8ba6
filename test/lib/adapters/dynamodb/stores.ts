import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { makeAlerts } from "../../../../lib/adapters/dynamodb/alerts.ts";
import { makeEndpoints } from "../../../../lib/adapters/dynamodb/endpoints.ts";
import { makeHistory } from "../../../../lib/adapters/dynamodb/history.ts";
import { makeIncidents } from "../../../../lib/adapters/dynamodb/incidents.ts";
import { makePlacement } from "../../../../lib/adapters/dynamodb/placement.ts";
import { makeSlowLane } from "../../../../lib/adapters/dynamodb/slow-lane.ts";
import { openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import type { TableNames } from "../../../../lib/adapters/dynamodb/tables.ts";
import { makeTicks } from "../../../../lib/adapters/dynamodb/ticks.ts";
import { makeTokens } from "../../../../lib/adapters/dynamodb/tokens.ts";
import type { Clock } from "../../../../lib/core/ports.ts";
import { DAY } from "../../../contract/samples.ts";

/** Every store over the four tables, wired as functions wire them. */
export function storesOver(client: DynamoDBClient, names: TableNames, clock: Clock) {
  const open = (name: string) => openTable({ client, clock }, name);
  const config = open(names.config);
  const alerts = open(names.alerts);
  const placement = makePlacement(config);
  const regions = ["paris", "tokyo"];
  return {
    endpoints: makeEndpoints(config, { clock, ticksKeptMs: 2 * DAY }),
    ticks: makeTicks(open(names.ticks), { placement, regions, retentionMs: 2 * DAY }),
    alerts: makeAlerts(alerts),
    incidents: makeIncidents(alerts),
    history: makeHistory(open(names.history), { placement, regions, clock, tickRetentionMs: 2 * DAY }),
    tokens: makeTokens(config),
    slowLane: makeSlowLane(config),
  };
}

export type DynamoStores = ReturnType<typeof storesOver>;
