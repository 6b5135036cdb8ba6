import type { OnFault } from "../../functions/probe/fault.ts";
import { byOrganization, makeHandle as makeRollup } from "../../functions/rollup/handle.ts";
import type { Stores } from "../../lib/adapters/sqlite/index.ts";
import { BUCKET_MS, bucketStart } from "../../lib/core/history/bucket.ts";
import type { Retention } from "../../lib/core/history/retention.ts";
import type { Clock } from "../../lib/core/ports.ts";
import { LOCAL_ORG } from "../settings.ts";
import { repeat } from "./loops.ts";

export interface HouseDeps {
  stores: Stores;
  clock: Clock;
  signal: AbortSignal;
  retention(): Retention;
  onFault: OnFault;
}

const ROLLUP_EVERY_MS = 10 * 60_000;
const PRUNE_EVERY_MS = 60 * 60_000;
/** The first checks have the machine to themselves. */
const AFTER_START_MS = 30_000;

/** A new store has nothing to roll up: nobody has to look through two days of emptiness. */
async function beginHistory({ stores, clock }: HouseDeps): Promise<void> {
  if ((await stores.history.rolledUpTo(LOCAL_ORG)) !== null) return;
  const hour = bucketStart("hour", clock.now());
  const older = await stores.ticks.all(LOCAL_ORG, 0, hour - 1);
  if (older.length === 0) await stores.history.markRolledUp(LOCAL_ORG, hour - BUCKET_MS.hour);
}

/** Rolls ticks up into history and deletes what is older than its retention, until the signal aborts. */
export async function keepHouse(deps: HouseDeps): Promise<void> {
  const { stores, clock, signal, retention, onFault } = deps;
  await beginHistory(deps).catch((error: unknown) => onFault(error, { what: "rollup" }));
  await clock.sleep(AFTER_START_MS, signal);

  async function rollUp(): Promise<void> {
    const rollup = makeRollup({
      open: byOrganization(stores),
      marks: stores.history,
      history: stores.history,
      clock,
      limits: { rawMs: retention().rawMs },
    });
    for (let more = true; more && !signal.aborted; )
      ({ more } = await rollup({ scope: LOCAL_ORG, now: clock.now() }));
  }

  /** Only after everything is rolled up: a machine that was off for days still has ticks that history lacks. */
  async function prune(): Promise<void> {
    await rollUp();
    if (signal.aborted) return;
    await stores.prune(retention(), clock.now());
    stores.checkpoint();
  }

  let prunedAt = Number.NEGATIVE_INFINITY;
  async function tidy(): Promise<void> {
    if (clock.now() - prunedAt < PRUNE_EVERY_MS) return rollUp();
    await prune();
    prunedAt = clock.now();
  }

  await repeat(
    {
      clock,
      signal,
      everyMs: ROLLUP_EVERY_MS,
      onError: (error) => onFault(error, { what: "rollup and pruning" }),
    },
    tidy,
  );
}
