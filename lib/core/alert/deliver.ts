import { Unavailable } from "../errors.ts";
import type { Delivery, SentMessage } from "../incident/incident.ts";
import { inParallel } from "../parallel.ts";
import type { AlertStore, Clock, IncidentLog, Notifier, Versioned } from "../ports.ts";
import type { Attempts } from "./attempts.ts";
import { type ClaimDeps, claim, clear, firstPending, type Pending } from "./claims.ts";
import { compose } from "./compose.ts";
import type { Effect, MessageKind, RecordEffect } from "./effect.ts";
import type { AlertState } from "./state.ts";

export interface DeliverDeps extends ClaimDeps {
  alerts: Pick<AlertStore, "unsent" | "getMany" | "putMany" | "openGate">;
  incidents: Pick<IncidentLog, "put" | "addMessage">;
  notifier: Notifier;
  clock: Pick<Clock, "now">;
  /** Where people read about an incident; absent where there is no such page. */
  linkTo?: (incidentId: string) => string;
  /** Asks for another delivery for the organization so many ms later; absent where one comes within seconds anyway. */
  deliverAgain?: (org: string, afterMs: number) => Promise<void>;
  /** A message that could not be sent: it stays pending and is tried again. */
  onFault: (error: unknown) => void;
}

/** How long messages of one organization and kind are gathered after the first (ALERTING rule 8). */
export const GATE_MS = 30_000;
const MOST_ROUNDS = 8;
/** Writes to the incident log on their way at a time: a digest of hundreds is noted well within its claim. */
const LOGGED_AT_ONCE = 25;
/** States read at once, so messages in one digest; what is beyond them goes with the next. */
const MOST_AT_ONCE = 2_000;

const sentMessages = (group: readonly Pending[], deliveries: Delivery[], sentAt: number): SentMessage[] =>
  group.map(({ effect }) => ({
    effectId: effect.id,
    kind: effect.kind,
    title: effect.title,
    sentAt,
    deliveries,
  }));

/** The order of a digest, whatever the order in which a store found them. */
function byTimeAndName({ effect: a }: Pending, { effect: b }: Pending): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.website < b.website ? -1 : Number(a.website > b.website);
}

/** Claim, send, log, clear, in this order: a crash anywhere repeats the message and never loses it. */
async function send(deps: DeliverDeps, org: string, group: readonly Pending[]): Promise<boolean> {
  const mine = (await claim(deps, org, group, deps.clock.now())).sort(byTimeAndName);
  const kind = mine[0]?.effect.kind;
  if (kind === undefined) return false;
  const effects = mine.map(({ effect }) => effect);
  const message = compose(org, kind, effects, deps.clock.now(), deps.linkTo);
  let deliveries: Delivery[];
  try {
    deliveries = await deps.notifier.send(message);
  } catch (error) {
    deps.onFault(error);
    return false;
  }
  const messages = sentMessages(mine, deliveries, deps.clock.now());
  await inParallel(messages, LOGGED_AT_ONCE, (sent, index) =>
    deps.incidents.addMessage(org, effects[index]?.incidentId ?? "", sent),
  );
  await clear(
    deps,
    mine.map(({ stored }) => stored.value),
    new Set(message.ids),
    messages,
  );
  return true;
}

const isRecord = (effect: Effect): effect is RecordEffect => effect.do === "record";

/**
 * Writes what the incident log has to learn of one organization, then clears it. Writing twice is harmless. What the
 * log does not take stays; while it is out of reach the rest stays too, so that messages need not wait for it.
 */
async function record(
  deps: DeliverDeps,
  states: readonly Versioned<AlertState>[],
  attempts: Attempts,
): Promise<void> {
  const due = states.filter(({ value }) => value.effects.some(isRecord)).map(({ value }) => value);
  const ids = new Set<string>();
  let reachable = true;
  const put = async ({ id, incident }: RecordEffect): Promise<void> => {
    try {
      await deps.incidents.put(incident);
      ids.add(id);
    } catch (error) {
      reachable = !(error instanceof Unavailable);
      throw error;
    }
  };
  const records = due.flatMap(({ effects }) => effects).filter(isRecord);
  const attempt = async (effect: RecordEffect): Promise<void> => {
    if (reachable) await attempts.attempt(() => put(effect), undefined);
  };
  await inParallel(records.slice(0, 1), 1, attempt); // tells whether the log is there at all
  await inParallel(records.slice(1), LOGGED_AT_ONCE, attempt);
  if (ids.size > 0) await attempts.attempt(() => clear(deps, due, ids, []), undefined);
}

/** What waits in one organization: what was just written, and what an index knows of. */
interface Waiting {
  org: string;
  /** Ids of states written a moment ago, which the index may not know yet. */
  fresh: readonly string[];
}

/** States with effects as they are now, those of `fresh` included. */
async function waitingStates(deps: DeliverDeps, { org, fresh }: Waiting): Promise<Versioned<AlertState>[]> {
  const indexed = await deps.alerts.unsent(org, MOST_AT_ONCE);
  const known = new Set(indexed.map(({ value }) => value.endpointId));
  const missing = fresh.filter((id) => !known.has(id));
  return [...indexed, ...(await freshStates(deps, org, missing))];
}

async function freshStates(deps: DeliverDeps, org: string, ids: readonly string[]) {
  if (ids.length === 0) return [];
  const found = [...(await deps.alerts.getMany(org, ids)).values()];
  return found.filter(({ value }) => value.effects.length > 0);
}

const readyIn = (states: readonly Versioned<AlertState>[], now: number): Pending[] =>
  states.flatMap((stored) => firstPending(stored, now));

/** What a delivery left behind. */
export interface Delivered {
  /** Messages are still to be sent: behind a gate, in somebody's hands, or failed. */
  pending: boolean;
  /** When the oldest of them was decided (epoch ms); null when there is none. */
  oldestAt: number | null;
}

/** What is still to be sent of these. */
export function leftIn(states: readonly Versioned<AlertState>[]): Delivered {
  const times = states.flatMap(({ value }) =>
    value.effects.flatMap((effect) => (effect.do === "notify" ? [effect.at] : [])),
  );
  const oldestAt = times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b));
  return { pending: oldestAt !== null, oldestAt };
}

/** Opens the gate of a kind of message and asks for the delivery that ends it; nobody waits if that can't be asked for. */
async function openGate(deps: DeliverDeps, org: string, kind: MessageKind): Promise<boolean> {
  const now = deps.clock.now();
  if (!(await deps.alerts.openGate(org, kind, now, now + GATE_MS))) return false;
  await deps.deliverAgain?.(org, GATE_MS).catch(deps.onFault);
  return true;
}

/** Sends the kinds of which something is ready, each with all that waits of it, where its gate is not open already. */
async function sendKinds(
  deps: DeliverDeps,
  waiting: Waiting,
  states: readonly Versioned<AlertState>[],
  attempts: Attempts,
): Promise<boolean> {
  const kinds = new Set(readyIn(states, deps.clock.now()).map(({ effect }) => effect.kind));
  let progress = false;
  for (const kind of kinds) {
    const sent = await attempts.attempt(async () => {
      if (!(await openGate(deps, waiting.org, kind))) return false;
      const all = readyIn(await waitingStates(deps, waiting), deps.clock.now());
      return send(
        deps,
        waiting.org,
        all.filter(({ effect }) => effect.kind === kind),
      );
    }, false);
    progress = sent || progress;
  }
  return progress;
}

/** Sends what may go now, kind by kind, until nothing more may. */
async function sendAll(
  deps: DeliverDeps,
  waiting: Waiting,
  first: readonly Versioned<AlertState>[],
  attempts: Attempts,
): Promise<Delivered> {
  let states = first;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (!(await sendKinds(deps, waiting, states, attempts))) break;
    states = await waitingStates(deps, waiting);
  }
  return leftIn(states);
}

/**
 * Carries out what is pending in one organization: messages grouped by kind behind their gates, then records into the
 * incident log, for which nobody waits. Run when a gate ends and at least every minute; two at once never both send. What fails holds up
 * nothing else, is told to `attempts`, and is pending still: the next call repeats it.
 * @param fresh ids of states written a moment ago
 */
export async function deliver(
  deps: DeliverDeps,
  org: string,
  fresh: readonly string[],
  attempts: Attempts,
): Promise<Delivered> {
  const waiting = { org, fresh };
  return carryOut(deps, waiting, () => waitingStates(deps, waiting), attempts);
}

/**
 * The same after a judgement of these: the rest is looked at only where a gate can be opened, so that of a thousand
 * calls in a mass outage one reads it all.
 */
export async function deliverFresh(
  deps: DeliverDeps,
  org: string,
  fresh: readonly string[],
  attempts: Attempts,
): Promise<Delivered> {
  return carryOut(deps, { org, fresh }, () => freshStates(deps, org, fresh), attempts);
}

async function carryOut(
  deps: DeliverDeps,
  waiting: Waiting,
  read: () => Promise<Versioned<AlertState>[]>,
  attempts: Attempts,
): Promise<Delivered> {
  const states = await attempts.attempt(read, null);
  if (states === null) return { pending: true, oldestAt: null };
  const left = await attempts.attempt(() => sendAll(deps, waiting, states, attempts), leftIn(states));
  await record(deps, states, attempts);
  return left;
}
