import type { Checker } from "../../lib/core/check/checker.ts";
import type { Measurement } from "../../lib/core/check/measurement.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { redact } from "../../lib/core/endpoint/secrets.ts";
import type { Clock, TickPlace } from "../../lib/core/ports.ts";
import type { CanaryGate } from "./canary.ts";
import type { OnFault } from "./fault.ts";
import type { Limit } from "./limit.ts";
import type { Posts } from "./posts.ts";
import { invalidRecord, recordOf, type Slot } from "./record.ts";
import type { Lane } from "./slow-lane.ts";
import { makeWrites, type WritesDeps } from "./writes.ts";

export interface RoundDeps extends WritesDeps {
  clock: Clock;
  /** The checks of one tick share their name lookups, and no longer than that. */
  checkerForTick(): Checker;
  canaries: CanaryGate;
  /** Puts the values of secrets in, and names what must not be seen in any message; throws where one is missing. */
  resolve(endpoint: Endpoint): { endpoint: Endpoint; secrets: readonly string[] };
  /** Whether this vantage point has IPv6 (default true). Where not, no target is blamed for that. */
  ipv6?: boolean;
  onFault: OnFault;
}

export interface RoundSummary {
  checked: number;
  failed: number;
  /** Outcomes that don't count: our own fault. */
  invalid: number;
  /** Given up: nothing is known of them. */
  unfinished: number;
}

/** What an invocation hands to each of its rounds: the limit's promises say when it has to end (limit.ts). */
export interface RoundContext extends Pick<Limit, "abort" | "gaveUp"> {
  place: TickPlace;
  posts: Posts;
  lane: Pick<Lane, "isFailing" | "note" | "name">;
}

const OWN_NETWORK = "our own network: no canary answered";
const NO_IPV6 = "not supported here: this vantage point has no IPv6";

/** Checks every endpoint at once (the checker paces), each judged, posted and recorded on its own. */
export async function runRound(
  deps: RoundDeps,
  context: RoundContext,
  slot: Slot,
  endpoints: readonly Endpoint[],
): Promise<RoundSummary> {
  const summary: RoundSummary = { checked: 0, failed: 0, invalid: 0, unfinished: 0 };
  if (endpoints.length === 0) return summary;
  deps.canaries.open();
  const writes = makeWrites(deps, context.place);
  const checker = deps.checkerForTick();
  await Promise.all(
    endpoints.map(async (endpoint) => {
      const done = await Promise.race([
        checkOne({ ...deps, checker }, context, slot, endpoint),
        context.gaveUp,
      ]);
      context.lane.note(endpoint, done?.record ?? null, done?.tookMs ?? 0);
      if (done !== null) writes.add(done.record);
      count(summary, done?.record ?? null);
    }),
  );
  context.posts.flush(); // nobody is told later because a table or a sink is slow
  await writes.end();
  return summary;
}

function count(summary: RoundSummary, record: CheckRecord | null): void {
  if (record === null) summary.unfinished++;
  else {
    summary.checked++;
    if (record.invalid !== undefined) summary.invalid++;
    else if (record.outcome !== "ok") summary.failed++;
  }
}

interface Checked {
  record: CheckRecord;
  /** With its repeats, as long as it kept the invocation waiting. */
  tookMs: number;
}

/** Null when it was given up: such a check leaves no trace. */
async function checkOne(
  deps: RoundDeps & { checker: Checker },
  { posts, abort, lane }: RoundContext,
  slot: Slot,
  endpoint: Endpoint,
): Promise<Checked | null> {
  const begunAt = deps.clock.now();
  if (endpoint.family === "6" && deps.ipv6 === false)
    return { record: invalidRecord(endpoint, slot, begunAt, NO_IPV6), tookMs: 0 };
  try {
    const resolved = deps.resolve(endpoint);
    const found = await deps.checker.check(resolved.endpoint, {
      retry: !lane.isFailing(endpoint),
      signal: abort,
    });
    if (abort.aborted) return null;
    const doubt = await doubtOf(deps, found);
    const shown = flagged(withoutSecrets(found, resolved.secrets), lane.name);
    const record = recordOf(endpoint, slot, shown, doubt);
    if (record.invalid === undefined && !abort.aborted) posts.add(endpoint, record);
    return { record, tookMs: found.endedAt - found.startedAt };
  } catch (error) {
    if (abort.aborted) return null;
    deps.onFault(error, { what: "check", org: endpoint.org, endpointId: endpoint.id });
    const record = invalidRecord(endpoint, slot, begunAt, `our own fault: ${messageOf(error)}`);
    return { record, tookMs: 0 };
  }
}

/** A small machine measures slowly: its timings are not to be compared with the others'. */
const flagged = (found: Measurement, lane: TickPlace["lane"]): Measurement =>
  lane === "slow" ? { ...found, flags: [...found.flags, "slow_lane"] } : found;

/** What a target answers may repeat what it was sent. */
function withoutSecrets(found: Measurement, secrets: readonly string[]): Measurement {
  const { outcome } = found;
  if (outcome === "ok" || secrets.length === 0) return found;
  return { ...found, outcome: { ...outcome, message: redact(outcome.message, secrets) } };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : "an error without words";

/** Why an outcome does not count; null when it does. Public targets need a sign that our own network lives. */
async function doubtOf(
  { canaries, clock, ipv6 = true }: RoundDeps,
  found: Measurement,
): Promise<string | null> {
  if (!ipv6 && found.outcome !== "ok" && found.remote?.family === 6) return NO_IPV6;
  if (!found.publicTarget) return null;
  const now = clock.now();
  // By our clock and the duration: the checker may count from another origin.
  const span = { from: now - Math.max(0, found.endedAt - found.startedAt), to: now };
  if (found.outcome !== "ok") return (await canaries.judge(span)) ? null : OWN_NETWORK;
  canaries.heard(span);
  return null;
}
