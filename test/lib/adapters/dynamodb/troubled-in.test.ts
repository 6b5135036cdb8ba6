import { expect, test } from "vitest";
import { makeAlerts } from "../../../../lib/adapters/dynamodb/alerts.ts";
import { openTable } from "../../../../lib/adapters/dynamodb/table.ts";
import { makeTroubledIn } from "../../../../lib/adapters/dynamodb/troubled-in.ts";
import { ORG, OTHER_ORG, stateSample, T0 } from "../../../contract/samples.ts";
import { startLocalDynamo } from "../../../support/dynamodb.ts";
import { recordingClock } from "../../../support/recording-clock.ts";

const local = await startLocalDynamo();

test("those of the shard that are in trouble, of every organization, and nobody of a shard that is named alike", async () => {
  const names = await local.freshTables();
  const table = openTable({ client: local.client(), clock: recordingClock(T0) }, names.alerts);
  const down = (id: string, org = ORG) => stateSample(id, { org, verdict: "down" });
  await makeAlerts(table).putMany([
    { state: down("a"), expected: null, shard: "m1" },
    { state: down("b", OTHER_ORG), expected: null, shard: "m1" },
    { state: stateSample("well"), expected: null, shard: "m1" },
    { state: down("c"), expected: null, shard: "m10" },
    { state: down("d"), expected: null },
  ]);
  const troubledIn = makeTroubledIn(table);
  expect(await troubledIn("m1")).toEqual(new Set([`${ORG}/a`, `${OTHER_ORG}/b`]));
  expect(await troubledIn("m10")).toEqual(new Set([`${ORG}/c`]));
  expect(await troubledIn("m2")).toEqual(new Set());
});
