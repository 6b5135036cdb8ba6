import type { Checker } from "../../lib/core/check/checker.ts";
import type { Measurement } from "../../lib/core/check/measurement.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { redact } from "../../lib/core/endpoint/secrets.ts";
import type { Clock, TickPlace } from "../../lib/core/ports.ts";
import type { CanaryGate } from "./canary.ts";
import type { OnFault } from "./fault.ts";
import type { Posts } from "./posts.ts";
import { faultRecord, recordOf, type Slot } from "./record.ts";
import { makeWrites, type WritesDeps } from "./writes.ts";

export interface RoundDeps extends WritesDeps {
  clock: Clock;
  /** The checks of one tick share their name lookups, and no longer than that. */
  checkerForTick(): Checker;
  canaries: CanaryGate;
  /** Puts the values of secrets in, and names what must not be seen in any message; throws where one is missing. */
  resolve(endpoint: Endpoint): { endpoint: Endpoint; secrets: readonly string[] };
  onFault: OnFault;
}

export interface RoundSummary {
  checked: number;
  failed: number;
  /** Outcomes that don't count: our own fault. */
  invalid: number;
}

/** What an invocation hands to each of its rounds. `gaveUp` resolves to null when the invocation has to end. */
export interface RoundContext {
  place: TickPlace;
  posts: Posts;
  abort: AbortSignal;
  gaveUp: Promise<null>;
}

const OWN_NETWORK = "our own network: no canary answered";

/** Checks every endpoint at once (the checker paces), each judged, posted and recorded on its own. */
export async function runRound(
  deps: RoundDeps,
  context: RoundContext,
  slot: Slot,
  endpoints: readonly Endpoint[],
): Promise<RoundSummary> {
  const summary: RoundSummary = { checked: 0, failed: 0, invalid: 0 };
  if (endpoints.length === 0) return summary;
  deps.canaries.open();
  const writes = makeWrites(deps, context.place);
  const checker = deps.checkerForTick();
  await Promise.all(
    endpoints.map(async (endpoint) => {
      const record = await Promise.race([
        checkOne({ ...deps, checker }, context, slot, endpoint),
        context.gaveUp,
      ]);
      if (record === null) return;
      writes.add(record);
      note(summary, record);
    }),
  );
  context.posts.flush(); // nobody is told later because a table or a sink is slow
  await writes.end();
  return summary;
}

function note(summary: RoundSummary, { outcome, invalid }: CheckRecord): void {
  summary.checked++;
  if (invalid !== undefined) summary.invalid++;
  else if (outcome !== "ok") summary.failed++;
}

/** Null when it was given up: such a check leaves no trace. */
async function checkOne(
  deps: RoundDeps & { checker: Checker },
  { posts, abort }: RoundContext,
  slot: Slot,
  endpoint: Endpoint,
): Promise<CheckRecord | null> {
  const begunAt = deps.clock.now();
  try {
    const resolved = deps.resolve(endpoint);
    const found = await deps.checker.check(resolved.endpoint, { signal: abort });
    if (abort.aborted) return null;
    const doubt = await doubtOf(deps, found);
    const record = recordOf(endpoint, slot, withoutSecrets(found, resolved.secrets), doubt);
    if (record.invalid === undefined && !abort.aborted) posts.add(endpoint, record);
    return record;
  } catch (error) {
    if (abort.aborted) return null;
    deps.onFault(error, { what: "check", org: endpoint.org, endpointId: endpoint.id });
    return faultRecord(endpoint, slot, begunAt, `our own fault: ${messageOf(error)}`);
  }
}

/** What a target answers may repeat what it was sent. */
function withoutSecrets(found: Measurement, secrets: readonly string[]): Measurement {
  const { outcome } = found;
  if (outcome === "ok" || secrets.length === 0) return found;
  return { ...found, outcome: { ...outcome, message: redact(outcome.message, secrets) } };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : "an error without words";

/** Why an outcome does not count; null when it does. Public targets need a sign that our own network lives. */
async function doubtOf({ canaries, clock }: RoundDeps, found: Measurement): Promise<string | null> {
  if (!found.publicTarget) return null;
  const now = clock.now();
  // By our clock and the duration: the checker may count from another origin.
  const span = { from: now - Math.max(0, found.endedAt - found.startedAt), to: now };
  if (found.outcome !== "ok") return (await canaries.judge(span)) ? null : OWN_NETWORK;
  canaries.heard(span);
  return null;
}
