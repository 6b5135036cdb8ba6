/** What is watched in the installation that is measured: a full shard, one of a single endpoint, one in rounds. */
import { makeTickWrites } from "../../../lib/adapters/dynamodb/tick-writes.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { bareEndpoint } from "../../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { probed } from "../../lib/adapters/dynamodb/probed.ts";
import { type Installation, REGIONS } from "./installation.ts";
import { ANSWERING, HANGING } from "./target.ts";
import { MINUTE } from "./work.ts";

const DAY = 86_400_000;
export const SHARD_SIZE = 500;
/** The slowest of a full shard, ms: just not slow enough for the slow lane. */
export const SLOW_MS = 2_900;
export const FULL = "minutes-1";
export const ONE = "minutes-2";
export const ROUNDS = "rounds-1";
const ORG = "default";

const endpoint = (id: string, url: string, about: Partial<Endpoint> = {}): Endpoint =>
  bareEndpoint(id, url, { org: ORG, ...about });

export const hanging = endpoint("b-hangs", `http://${HANGING}/`);
export const single = endpoint("single", `http://${ANSWERING}/`);
export const often = endpoint("often", `http://${ANSWERING}/`, { intervalMs: 10_000 });
/** The first one is slow. */
export const full: readonly Endpoint[] = [
  endpoint("a-slow", `http://${ANSWERING}/slow`),
  ...Array.from({ length: SHARD_SIZE - 1 }, (_, i) => endpoint(`site-${i}`, `http://${ANSWERING}/${i}`)),
];

const named = (
  records: readonly CheckRecord[],
  region: string,
  at: number,
  endpoints: readonly Endpoint[],
): CheckRecord[] =>
  endpoints.flatMap(({ org, id }, i) => {
    const record = records[i];
    return record === undefined
      ? []
      : [{ ...record, org, endpointId: id, region, scheduledAt: at, startedAt: at + 300 + i }];
  });

/** Ticks of a shard in which all was well, every minute of a stretch, in every region. */
export async function seedOks(
  { tables }: Installation,
  shard: string,
  endpoints: readonly Endpoint[],
  { since, until }: { since: number; until: number },
): Promise<void> {
  const append = makeTickWrites(tables.ticks, 2 * DAY);
  for (let at = since; at < until; at += MINUTE)
    for (const region of REGIONS) {
      const records = probed(endpoints.length, at / MINUTE);
      await append(named(records, region, at, endpoints), { shard, lane: "main" });
    }
}

/** Ticks of the full shard and of the single one. */
export async function seedTicks(installation: Installation, since: number, until: number): Promise<void> {
  await seedOks(installation, FULL, full, { since, until });
  await seedOks(installation, ONE, [single], { since, until });
}
