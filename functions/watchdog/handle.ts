import { type Attempts, makeAttempts } from "../../lib/core/alert/attempts.ts";
import { type DeliverDeps, type Delivered, deliver, leftIn } from "../../lib/core/alert/deliver.ts";
import { type EvaluateDeps, evaluate } from "../../lib/core/alert/evaluate.ts";
import { looksOf } from "../../lib/core/alert/queue-message.ts";
import { inParallel } from "../../lib/core/parallel.ts";
import type { AlertStore, TroubledEndpoint } from "../../lib/core/ports.ts";

export interface WatchdogDeps extends EvaluateDeps, DeliverDeps {
  alerts: EvaluateDeps["alerts"] & DeliverDeps["alerts"] & Pick<AlertStore, "troubled">;
  /**
   * Hands messages to the failures queue, so that a mass outage becomes many small works. Absent where everything is
   * judged here.
   */
  handOn?: (messages: readonly string[]) => Promise<void>;
  /** Told in every run, one that failed in part too: when the oldest unsent message was decided, as far as it is known. */
  onLeft?: (oldestAt: number | null) => void;
}

/** So many are judged here without further ado, even where there is somebody to hand them on to. */
const LITTLE = 100;
/** Organizations delivered for at a time. */
const ORGANIZATIONS_AT_ONCE = 8;
/** Of what was handed on: organizations, and states in each, of which the oldest message is looked up. */
const SAMPLED_ORGANIZATIONS = 20;
const SAMPLED_STATES = 25;
const MINUTE = 60_000;

/** Where the troubled went: judged here (with the ids that have effects since), or handed on. */
interface Round {
  fresh: Map<string, string[]>;
  handedOn: Set<string>;
}

/**
 * Every minute: looks at what is not `up` or has something undone. Recoveries, reminders, degraded that lasted,
 * the end of flapping and of maintenance are decided here, and what was not sent is sent again. What is handed on is
 * delivered by whoever judges it: whoever has something unsent is troubled, so nobody is forgotten.
 * @returns whether messages are still pending
 * @throws what failed first, once everything else was done
 */
export function makeHandle(deps: WatchdogDeps): () => Promise<Delivered> {
  return async () => {
    const attempts = makeAttempts();
    const round: Round = { fresh: new Map(), handedOn: new Set() };
    await attempts.attempt(() => goRound(deps, round, attempts), undefined);
    const left = await inParallel([...round.fresh], ORGANIZATIONS_AT_ONCE, ([org, ids]) =>
      deliver(deps, org, ids, attempts),
    );
    const sampled = await attempts.attempt(() => sample(deps, round.handedOn), []);
    const all = sum([...left, ...sampled]);
    deps.onLeft?.(all.oldestAt);
    attempts.end();
    return all;
  };
}

/** Judges page by page; where there is somebody to hand on to, only as long as there is little. */
async function goRound(deps: WatchdogDeps, round: Round, attempts: Attempts): Promise<void> {
  const { handOn } = deps;
  let little: TroubledEndpoint[] = [];
  for await (const page of deps.alerts.troubled()) {
    if (handOn === undefined) await judge(deps, page, round, attempts);
    else if (round.handedOn.size === 0 && little.length + page.length <= LITTLE) little.push(...page);
    else {
      const all = [...little, ...page];
      little = [];
      for (const { org } of all) round.handedOn.add(org);
      await attempts.attempt(() => handOn(looksOf(all)), undefined);
    }
  }
  if (little.length > 0) await judge(deps, little, round, attempts);
}

async function judge(
  deps: WatchdogDeps,
  page: readonly TroubledEndpoint[],
  { fresh }: Round,
  attempts: Attempts,
): Promise<void> {
  for (const [org, group] of Map.groupBy(page, (one) => one.org)) {
    const byLogAlone = new Map(group.map(({ endpointId }): [string, []] => [endpointId, []]));
    const written = await attempts.attempt(() => evaluate(deps, org, byLogAlone, attempts), []);
    fresh.set(org, [...(fresh.get(org) ?? []), ...written]);
  }
}

/** What some of the organizations have unsent; others every minute, so that each has its turn. */
function sample(deps: WatchdogDeps, organizations: ReadonlySet<string>): Promise<Delivered[]> {
  const all = [...organizations].sort();
  const turn = Math.floor(deps.clock.now() / MINUTE) * SAMPLED_ORGANIZATIONS;
  const some = Array.from(
    { length: Math.min(SAMPLED_ORGANIZATIONS, all.length) },
    (_, i) => all[(turn + i) % all.length] ?? "",
  );
  return inParallel(some, ORGANIZATIONS_AT_ONCE, async (org) =>
    leftIn(await deps.alerts.unsent(org, SAMPLED_STATES)),
  );
}

function sum(delivered: readonly Delivered[]): Delivered {
  const times = delivered.flatMap(({ oldestAt }) => oldestAt ?? []);
  return {
    pending: delivered.some(({ pending }) => pending),
    oldestAt: times.length === 0 ? null : Math.min(...times),
  };
}
