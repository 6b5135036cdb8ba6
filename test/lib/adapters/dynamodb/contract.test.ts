import { makeAlerts } from "../../../../lib/adapters/dynamodb/alerts.ts";
import { makeEndpoints } from "../../../../lib/adapters/dynamodb/endpoints.ts";
import { makeHistory } from "../../../../lib/adapters/dynamodb/history.ts";
import { makeIncidents } from "../../../../lib/adapters/dynamodb/incidents.ts";
import type { Placement } from "../../../../lib/adapters/dynamodb/placement.ts";
import { makeSlowLane } from "../../../../lib/adapters/dynamodb/slow-lane.ts";
import { openTable, type Table } from "../../../../lib/adapters/dynamodb/table.ts";
import { makeTicks } from "../../../../lib/adapters/dynamodb/ticks.ts";
import { makeTokens } from "../../../../lib/adapters/dynamodb/tokens.ts";
import { describeAlertStoreContract } from "../../../contract/alert-store.ts";
import { describeEndpointStoreContract } from "../../../contract/endpoint-store.ts";
import { describeHistoryContract } from "../../../contract/history.ts";
import { describeIncidentLogContract } from "../../../contract/incident-log.ts";
import { describeRollupMarksContract } from "../../../contract/rollup-marks.ts";
import { DAY, T0 } from "../../../contract/samples.ts";
import { describeShardMembersContract } from "../../../contract/shard-members.ts";
import { describeShardTicksContract } from "../../../contract/shard-ticks.ts";
import { describeSlowLaneContract } from "../../../contract/slow-lane.ts";
import type { MakeSubject } from "../../../contract/subject.ts";
import { describeTickLogContract } from "../../../contract/tick-log.ts";
import { describeTokenStoreContract } from "../../../contract/token-store.ts";
import { startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";

const local = await startLocalDynamo();
const client = local.client();

async function unreachable(): Promise<() => Promise<void>> {
  local.refuse(true);
  return async () => local.refuse(false);
}

type Tables = Record<"config" | "alerts" | "ticks" | "history", Table>;

const subject =
  <T>(make: (tables: Tables) => T): MakeSubject<T> =>
  async () => {
    const names = await local.freshTables();
    const open = (name: string) => openTable({ client, clock: recordingClock(T0) }, name);
    const tables = {
      config: open(names.config),
      alerts: open(names.alerts),
      ticks: open(names.ticks),
      history: open(names.history),
    };
    return { store: make(tables), putOutOfReach: unreachable, close: async () => local.refuse(false) };
  };

describeTokenStoreContract(
  "DynamoDB",
  subject(({ config }) => makeTokens(config)),
);
describeSlowLaneContract(
  "DynamoDB",
  subject(({ config }) => makeSlowLane(config)),
);
describeIncidentLogContract(
  "DynamoDB",
  subject(({ alerts }) => makeIncidents(alerts)),
);
describeAlertStoreContract(
  "DynamoDB",
  subject(({ alerts }) => makeAlerts(alerts)),
);

/** Small shards: their size is a number, and every endpoint takes five calls. */
const SHARD_SIZE = 50;

const endpoints = subject(({ config }) =>
  makeEndpoints(config, { clock: recordingClock(T0), ticksKeptMs: 2 * DAY, shardSize: SHARD_SIZE }),
);
describeEndpointStoreContract("DynamoDB", endpoints, SHARD_SIZE);
describeShardMembersContract("DynamoDB", endpoints);

/** Every endpoint is where these contracts write its ticks. */
const placement: Placement = {
  shardsOf: async (_, ids) => new Map(ids.map((id) => [id, ["minutes-1", "minutes-2"]])),
  shardsOfOrg: async () => ["minutes-1", "minutes-2"],
  regionsOf: async () => null,
};
const ticks = subject((tables) =>
  makeTicks(tables.ticks, { placement, regions: ["paris", "tokyo"], retentionMs: 2 * DAY }),
);
describeTickLogContract("DynamoDB", ticks);
describeShardTicksContract("DynamoDB", ticks);

const history = subject((tables) =>
  makeHistory(tables.history, {
    placement,
    clock: recordingClock(T0),
    regions: ["paris", "tokyo"],
    tickRetentionMs: 2 * DAY,
  }),
);
describeHistoryContract("DynamoDB", history);
describeRollupMarksContract("DynamoDB", history, [
  { shard: "minutes-1", region: "paris" },
  { shard: "minutes-1", region: "tokyo" },
]);
