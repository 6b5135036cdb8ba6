/** A mass outage as the tables hold it: whom the watchdog finds, and some of them in full, to be judged. */
import { stateKey, troubleIn } from "../../../lib/adapters/dynamodb/alert-item.ts";
import { makeAlerts } from "../../../lib/adapters/dynamodb/alerts.ts";
import { type Item, number, text } from "../../../lib/adapters/dynamodb/item.ts";
import { itemOf } from "../../../lib/adapters/dynamodb/schema.ts";
import { makeTickWrites } from "../../../lib/adapters/dynamodb/tick-writes.ts";
import type { AlertState } from "../../../lib/core/alert/state.ts";
import { failure } from "../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { bareEndpoint } from "../../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { chunksOf, inParallel } from "../../../lib/core/parallel.ts";
import { stateSample } from "../../contract/samples.ts";
import { probed } from "../../lib/adapters/dynamodb/probed.ts";
import { type Installation, REGIONS } from "./installation.ts";
import { seedShard } from "./seed.ts";
import { MINUTE } from "./work.ts";
import { SHARD_SIZE } from "./world.ts";

export const ORG = "default";
const DAY = 86_400_000;
const WRITES_AT_ONCE = 8;

export const shardName = (index: number): string => `minutes-${index + 1}`;

/** An entry of the index by which the watchdog finds who is not up; nobody reads the rest of it. */
function entryOf(shard: string, id: string): Item {
  const { bucket, prefix } = troubleIn(shard);
  return itemOf(stateKey(ORG, id), {
    version: number(1),
    bucket: text(bucket),
    at: text(`${prefix}${ORG}/${id}`),
  });
}

/** So many that are not up, in full shards. */
export async function seedTroubled({ tables }: Installation, count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, i) =>
    entryOf(shardName(Math.floor(i / SHARD_SIZE)), `endpoint-${i}`),
  );
  await inParallel(chunksOf(entries, 1_000), WRITES_AT_ONCE, (some) => tables.alerts.putMany(some));
}

const downState = (id: string, since: number): AlertState =>
  stateSample(id, { org: ORG, verdict: "down", since, windowStart: 0, regions: {} });

const failed = (endpoints: readonly Endpoint[], region: string, at: number): CheckRecord[] =>
  probed(endpoints.length).map((record, i) => ({
    ...record,
    org: ORG,
    endpointId: endpoints[i]?.id ?? "",
    region,
    scheduledAt: at,
    startedAt: at + 300,
    outcome: failure("tcp.refused", "connection refused by 192.0.2.1:443"),
  }));

/**
 * Shards whose every endpoint has been down for a while, with all that judging them reads.
 * @param now epoch ms
 */
export async function seedDown(
  { tables }: Installation,
  shards: number,
  now: number,
  forMs: number,
): Promise<string[]> {
  const append = makeTickWrites(tables.ticks, DAY);
  const alerts = makeAlerts(tables.alerts);
  const ids: string[] = [];
  for (let index = 0; index < shards; index++) {
    const shard = shardName(index);
    const endpoints = Array.from({ length: SHARD_SIZE }, (_, i) =>
      bareEndpoint(`endpoint-${index * SHARD_SIZE + i}`, `https://www${i}.example/`, { org: ORG }),
    );
    await seedShard(tables.config, shard, endpoints);
    for (let at = now - forMs; at < now; at += MINUTE)
      for (const region of REGIONS) await append(failed(endpoints, region, at), { shard, lane: "main" });
    for (const { id } of endpoints) {
      await tables.alerts.remove(stateKey(ORG, id));
      await alerts.putMany([{ state: downState(id, now - forMs), expected: null, shard }]);
      ids.push(id);
    }
  }
  return ids;
}
