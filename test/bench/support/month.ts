import { GRACE_MS } from "../../../functions/rollup/handle.ts";
import type { SqliteStores } from "../../../lib/adapters/sqlite/open.ts";
import { failure } from "../../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../../lib/core/check/record.ts";
import { bareEndpoint } from "../../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { seeded } from "../../support/random.ts";
import { rollupOf } from "../../support/rollup.ts";

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const ORG = "bench";
const REGION = "local";

/** A stretch of time, `until` (epoch ms) not included. Its ticks are `everyMs` apart and written `batchMs` at a time. */
export interface Stretch {
  since: number;
  until: number;
  everyMs: number;
  batchMs: number;
}

/** Ticks a stretch has. */
export const ticksOf = ({ since, until, everyMs }: Stretch): number => Math.ceil((until - since) / everyMs);

export const endpoints = (count: number): Endpoint[] =>
  Array.from({ length: count }, (_, i) =>
    bareEndpoint(`endpoint-${String(i).padStart(4, "0")}`, `https://www${i}.example`, { org: ORG }),
  );

/** Log-normal around the endpoint's own median, as response times of real sites are. */
function totalMsOf(random: () => number, index: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return (40 + (index % 50) * 8) * Math.exp(0.3 * normal);
}

/** What a check leaves: one in 200 fails, one in 100 is flagged. */
function recordOf(random: () => number, endpointId: string, index: number, scheduledAt: number): CheckRecord {
  const totalMs = totalMsOf(random, index);
  const fails = random() < 0.005;
  return {
    org: ORG,
    endpointId,
    region: REGION,
    scheduledAt,
    startedAt: scheduledAt + Math.floor(random() * 900),
    outcome: fails ? failure("http.error", "answered 503") : "ok",
    status: fails ? 503 : 200,
    dnsMs: 0.02 * totalMs,
    connectMs: 0.2 * totalMs,
    tlsMs: 0.25 * totalMs,
    firstByteMs: 0.5 * totalMs,
    transferMs: 0.03 * totalMs,
    totalMs,
    bytes: 14_000,
    flags: random() < 0.01 ? ["delayed"] : [],
  };
}

const RAW_MS = 48 * HOUR;
const PRUNE_EVERY_MS = 6 * HOUR;

export interface Progress {
  /** Epoch ms written up to. */
  at: number;
  checks: number;
}

/**
 * Lets time pass as it does in production: ticks are appended as they come, every hour is rolled up when its grace is
 * over, and ticks past their retention are deleted. Answers how many checks were written.
 */
export async function livePast(
  stores: SqliteStores,
  ids: readonly string[],
  stretches: readonly Stretch[],
  progress: (now: Progress) => void,
): Promise<number> {
  const random = seeded(20_261_120);
  const rollup = rollupOf(stores, { limits: { rawMs: RAW_MS } });
  let checks = 0;
  for (const stretch of stretches) {
    for (let at = stretch.since; at < stretch.until; at += stretch.batchMs) {
      const batch = { ...stretch, since: at, until: Math.min(at + stretch.batchMs, stretch.until) };
      const times = Array.from({ length: ticksOf(batch) }, (_, i) => at + i * stretch.everyMs);
      await stores.ticks.append(ids.flatMap((id, i) => times.map((time) => recordOf(random, id, i, time))));
      checks += ids.length * times.length;
      if (at % GRACE_MS === 0) await rollup({ scope: ORG, now: at });
      if (at % PRUNE_EVERY_MS !== 0) continue;
      await stores.prune({ rawMs: RAW_MS, hourMs: 400 * DAY, dayMs: 5 * 365 * DAY }, at);
      progress({ at, checks });
    }
  }
  return checks;
}
