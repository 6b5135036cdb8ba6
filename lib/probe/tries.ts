import type { Flag, Measurement } from "../core/check/measurement.ts";
import { mayRetry, type RetryPlan } from "../core/check/retry.ts";
import type { Endpoint } from "../core/endpoint/endpoint.ts";
import type { Clock } from "../core/ports.ts";
import { familiesOf, isTimeout, worseOf } from "./families.ts";
import type { Limit, Limits } from "./limit.ts";
import type { FamilyChoice, Lookup } from "./lookup/lookup.ts";
import type { LoopDelay } from "./loop-delay.ts";
import type { Pacer } from "./pace.ts";
import type { TryDeps } from "./protocol.ts";
import { protocolCheckOf } from "./registry.ts";
import { stamp } from "./trace.ts";

/** What all checks of a process share. */
export interface Shared {
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly loopDelay: LoopDelay;
  readonly limits: Limits;
  readonly ipv6: boolean;
  /** The same for every try. */
  readonly deps: Pick<TryDeps, "guard" | "isPublic" | "trust" | "loop" | "userAgent" | "now">;
  /** Schemes that were checked before, or warmed up. */
  readonly warm: Set<string>;
}

/** One check with all its tries. */
export interface Job {
  readonly endpoint: Endpoint;
  readonly plan: RetryPlan;
  readonly lookup: Lookup;
  /** Who asked for the check may give it up by this. */
  readonly signal: AbortSignal | undefined;
  /** Addresses that failed. */
  readonly avoid: Set<string>;
}

export const schemeOf = (url: string): string => url.slice(0, url.indexOf(":")).toLowerCase();

/** The first check of a scheme times the loading and compiling of code too. */
function takeCold(shared: Shared, url: string): Flag[] {
  const scheme = schemeOf(url);
  if (shared.warm.has(scheme)) return [];
  shared.warm.add(scheme);
  return ["cold"];
}

/** Waits, queues, and runs a try when it is its turn. Rejects with the reason when the check is given up. */
async function inTurn<T>(
  shared: Shared,
  job: Job,
  waitMs: number,
  run: (limit: Limit) => Promise<T>,
): Promise<T> {
  const limit = shared.limits.open(job.signal);
  try {
    if (waitMs > 0) await shared.clock.sleep(waitMs, limit.signal);
    limit.throwIfGivenUp();
    const release = await shared.pacer.start(limit.signal);
    return await run(limit).finally(release);
  } finally {
    limit.clear();
  }
}

/** Tries every family asked for, all at once under one time-out; of two the worse is what counts. */
async function tryFamilies(shared: Shared, job: Job, signal: AbortSignal): Promise<Measurement> {
  const { endpoint, lookup, avoid } = job;
  const check = protocolCheckOf(endpoint.url);
  const one = (family: FamilyChoice): Promise<Measurement> =>
    check(endpoint, { ...shared.deps, lookup, avoid, family, signal });
  const families = familiesOf(endpoint, shared.ipv6);
  const [first, ...others] = families;
  if (first !== undefined && others.length === 0) return one(first);
  const tries = families.map(one);
  await Promise.allSettled(tries); // nothing of a try goes on after it, even if half of it rejects
  return (await Promise.all(tries)).reduce(worseOf);
}

async function tryOnce(shared: Shared, job: Job, limit: Limit): Promise<Measurement> {
  const flags = takeCold(shared, job.endpoint.url);
  const release = shared.loopDelay.watch();
  limit.startTimer(job.plan.timeoutMs);
  const found = await tryFamilies(shared, job, limit.signal).finally(release);
  limit.throwIfGivenUp();
  return { ...found, flags: [...flags, ...found.flags] };
}

const waitOf = ({ waitsMs }: RetryPlan, tries: number): number => waitsMs[tries - 1] ?? waitsMs.at(-1) ?? 0;

const asRetry = (first: Measurement, latest: Measurement, tries: number): Measurement => ({
  ...latest,
  startedAt: first.startedAt,
  tries,
  flags: [...new Set<Flag>([...latest.flags, "retried"])],
});

/** One check: repeated while it fails and its plan allows. What counts is the last try. */
export async function runJob(shared: Shared, job: Job): Promise<Measurement> {
  let startedAt = 0;
  const first = await inTurn(shared, job, 0, (limit) => {
    startedAt = stamp();
    return tryOnce(shared, job, limit);
  });
  let latest = first;
  let timeouts = 0;
  for (let tries = 1; latest.outcome !== "ok"; tries++) {
    if (!shared.ipv6 && latest.remote?.family === 6) break; // no other try could reach it
    if (isTimeout(latest.outcome)) timeouts++;
    if (latest.remote !== null) job.avoid.add(latest.remote.address);
    const allows = (waitMs: number): boolean =>
      mayRetry(job.plan, tries, timeouts, stamp() - startedAt + waitMs);
    const waitMs = waitOf(job.plan, tries);
    if (!allows(waitMs)) break;
    // Asked again when its turn comes: it may have queued for long.
    const next = await inTurn(shared, job, waitMs, async (limit) =>
      allows(0) ? tryOnce(shared, job, limit) : null,
    );
    if (next === null) break;
    latest = asRetry(first, next, tries + 1);
  }
  return latest;
}
