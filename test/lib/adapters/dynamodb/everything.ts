import { failure } from "../../../../lib/core/check/outcome.ts";
import {
  bucketSample,
  failedRecord,
  fullEndpoint,
  incidentSample,
  messageSample,
  ORG,
  recordSample,
  SECOND,
  stateSample,
  T0,
} from "../../../contract/samples.ts";
import type { DynamoStores } from "./stores.ts";

/** One of everything that is stored, as it is read back. */
export const everything = {
  endpoint: fullEndpoint("shop"),
  moved: { ...fullEndpoint("blog"), intervalMs: 10 * SECOND },
  records: [
    recordSample({ flags: ["cold", "retried"] }),
    failedRecord({ scheduledAt: T0 + 60_000, startedAt: T0 + 60_137, invalid: "no canary answered" }),
  ],
  state: stateSample("shop", {
    verdict: "down",
    incident: incidentSample("i1"),
    effects: [{ do: "record", id: "i1/record.1", incident: incidentSample("i1"), claim: null }],
    regions: {
      paris: {
        failing: true,
        since: T0,
        outcomes: [
          {
            region: "paris",
            scheduledAt: T0,
            outcome: failure("tcp.reset", "reset"),
            totalMs: 1.5,
            posted: true,
          },
        ],
        lastVoteAt: T0,
        votingSince: T0,
        asideSince: null,
      },
    },
  }),
  incident: incidentSample("i1", { messages: [messageSample("i1/down.1")] }),
  bucket: bucketSample(),
  token: { org: ORG, name: "deploy", createdAt: T0, expiresAt: T0 + 1 },
  slow: { failing: new Set(["acme/shop"]), slow: new Set(["acme/blog"]) },
};

export const TOKEN_HASH = "a".repeat(64);
export const LANE = { region: "paris", shard: "minutes-1" };

/** Writes it into empty tables. */
export async function writeEverything(stores: DynamoStores): Promise<void> {
  const { endpoint, moved, records, state, incident, bucket, token, slow } = everything;
  await stores.endpoints.put(endpoint, "file", null);
  const version = await stores.endpoints.put({ ...moved, intervalMs: 60_000 }, "api", null);
  await stores.endpoints.put(moved, "api", version);
  await stores.ticks.append(records, { shard: "minutes-1", lane: "main" });
  await stores.alerts.putMany([{ state, expected: null, shard: "minutes-1" }]);
  await stores.alerts.openGate(ORG, "down", T0, T0 + 30_000);
  await stores.incidents.put(incident);
  await stores.history.put([bucket]);
  await stores.history.markRolledUp(LANE, T0);
  await stores.tokens.create(TOKEN_HASH, token);
  await stores.slowLane.add(LANE, slow);
}
