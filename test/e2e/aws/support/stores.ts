/** An installation's tables by their adapters: what tests prepare, and what they look at. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { makeAlerts } from "../../../../lib/adapters/dynamodb/alerts.ts";
import { makeEndpoints } from "../../../../lib/adapters/dynamodb/endpoints.ts";
import { makeIncidents } from "../../../../lib/adapters/dynamodb/incidents.ts";
import { makePlacement } from "../../../../lib/adapters/dynamodb/placement.ts";
import { openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../../../lib/adapters/dynamodb/ticks.ts";
import { makeTokens } from "../../../../lib/adapters/dynamodb/tokens.ts";
import type {
  AlertStore,
  EndpointStore,
  IncidentLog,
  TickLog,
  TokenStore,
} from "../../../../lib/core/ports.ts";
import type { BoxClock } from "../../../aws-box/clock.ts";
import { tableNames } from "../../../aws-box/tables.ts";
import { systemClock } from "../../../support/system-clock.ts";
import { REGIONS } from "./contexts.ts";

export interface Stores {
  endpoints: EndpointStore;
  alerts: AlertStore;
  incidents: IncidentLog;
  ticks: TickLog;
  tokens: TokenStore;
}

const TICKS_KEPT_MS = 2 * 86_400_000;

export function openStores(client: DynamoDBClient, clock: BoxClock, shardSize: number): Stores {
  const open = (name: string) => openTable({ client, clock: systemClock }, name);
  const config = open(tableNames.config);
  const alerts = open(tableNames.alerts);
  return {
    endpoints: makeEndpoints(config, { clock, ticksKeptMs: TICKS_KEPT_MS, shardSize }),
    alerts: makeAlerts(alerts),
    incidents: makeIncidents(alerts),
    ticks: makeTicks(open(tableNames.ticks), {
      placement: makePlacement(config),
      regions: REGIONS,
      retentionMs: TICKS_KEPT_MS,
    }),
    tokens: makeTokens(config),
  };
}
