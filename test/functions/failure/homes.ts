import { makeAlerts } from "../../../lib/adapters/dynamodb/alerts.ts";
import { makeEndpoints } from "../../../lib/adapters/dynamodb/endpoints.ts";
import { makeIncidents } from "../../../lib/adapters/dynamodb/incidents.ts";
import { makePlacement } from "../../../lib/adapters/dynamodb/placement.ts";
import { openTable } from "../../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../../lib/adapters/dynamodb/ticks.ts";
import { openSqlite } from "../../../lib/adapters/sqlite/index.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { inParallel } from "../../../lib/core/parallel.ts";
import type { TickPlace } from "../../../lib/core/ports.ts";
import { START } from "../../lib/core/alert/play.ts";
import { startLocalDynamo } from "../../support/dynamodb.ts";
import { recordingClock } from "../../support/recording-clock.ts";
import { type HomeStores, type World, worldOn } from "./world.ts";

const DAY = 24 * 3_600_000;

/** Where these tests' ticks are: endpoints of a minute, few enough for one shard. */
export const PLACE: TickPlace = { shard: "minutes-1", lane: "main" };

/** A kind of home: its stores, with these endpoints. */
export interface Home {
  name: string;
  open(endpoints: readonly Endpoint[], regions: readonly string[]): Promise<World<HomeStores>>;
}

/** Both kinds; call it once in a test file. */
export async function bothHomes(): Promise<Home[]> {
  const local = await startLocalDynamo();
  const client = local.client();
  return [
    {
      name: "SQLite",
      async open(endpoints, regions) {
        const stores = openSqlite(":memory:");
        await stores.endpoints.replaceAll("file", endpoints);
        return worldOn<HomeStores>(stores, regions);
      },
    },
    {
      name: "DynamoDB",
      async open(endpoints, regions) {
        const names = await local.freshTables();
        const clock = recordingClock(START);
        const table = (name: string) => openTable({ client, clock }, name);
        const config = table(names.config);
        const store = makeEndpoints(config, { clock, ticksKeptMs: 2 * DAY });
        for (const one of endpoints.slice(0, 1)) await store.put(one, "api", null); // makes the shard
        await inParallel(endpoints.slice(1), 4, (one) => store.put(one, "api", null));
        const placement = makePlacement(config);
        const ticks = makeTicks(table(names.ticks), { placement, regions, retentionMs: 2 * DAY });
        const alerts = table(names.alerts);
        const stores = {
          endpoints: store,
          ticks,
          alerts: makeAlerts(alerts),
          incidents: makeIncidents(alerts),
        };
        return worldOn<HomeStores>(stores, regions);
      },
    },
  ];
}
