import { Unavailable } from "../errors.ts";
import type { Delivery, SentMessage } from "../incident/incident.ts";
import type { AlertStore, Clock, IncidentLog, Notifier, Versioned } from "../ports.ts";
import { type Attempts, makeAttempts } from "./attempts.ts";
import { compose } from "./compose.ts";
import { CLAIM_MS, type Effect, type MessageKind, type NotifyEffect, type RecordEffect } from "./effect.ts";
import { isClaimed, without } from "./pending.ts";
import type { AlertState } from "./state.ts";

export interface DeliverDeps {
  alerts: Pick<AlertStore, "unsent" | "getMany" | "putMany" | "openGate">;
  incidents: Pick<IncidentLog, "put" | "addMessage">;
  notifier: Notifier;
  clock: Pick<Clock, "now">;
  /** Names whoever delivers here: two of them never hold one claim. */
  holder: string;
  /** Where people read about an incident; absent where there is no such page. */
  linkTo?: (incidentId: string) => string;
  /** Asks for another delivery for the organization so many ms later; absent where one comes within seconds anyway. */
  deliverAgain?: (org: string, afterMs: number) => Promise<void>;
  /** A message that could not be sent: it stays pending and is tried again. */
  onFault: (error: unknown) => void;
}

/** How long messages of one organization and kind are gathered after the first (ALERTING rule 8). */
export const GATE_MS = 30_000;
const MOST_ATTEMPTS = 5;
const MOST_ROUNDS = 8;
const MOST_MESSAGES_KEPT = 50;
/** States read at once, so messages in one digest; what is beyond them goes with the next. */
const MOST_AT_ONCE = 2_000;

interface Pending {
  stored: Versioned<AlertState>;
  effect: NotifyEffect;
}

/** Each endpoint's messages go in order: only its first may go now, if nobody else is sending it. */
function firstPending(stored: Versioned<AlertState>, now: number): Pending[] {
  const effect = stored.value.effects.find((pending) => pending.do === "notify");
  return effect === undefined || isClaimed(effect, now) ? [] : [{ stored, effect }];
}

const claimed = (state: AlertState, ids: ReadonlySet<string>, holder: string, now: number): AlertState => ({
  ...state,
  effects: state.effects.map((effect) =>
    ids.has(effect.id) ? { ...effect, claim: { by: holder, until: now + CLAIM_MS } } : effect,
  ),
});

/**
 * Claims by conditional writes. A state that was written in between is read again: somebody judged it, then the effect
 * is still to be had; or claimed it, then it is left to the winner.
 */
async function claim(
  deps: DeliverDeps,
  org: string,
  group: readonly Pending[],
  now: number,
): Promise<Pending[]> {
  const ids = new Set(group.map(({ effect }) => effect.id));
  const mine: Pending[] = [];
  let open = group;
  for (let attempt = 0; open.length > 0 && attempt < MOST_ATTEMPTS; attempt++) {
    const { conflicts } = await deps.alerts.putMany(
      open.map(({ stored }) => ({
        state: claimed(stored.value, ids, deps.holder, now),
        expected: stored.version,
      })),
    );
    mine.push(...open.filter(({ stored }) => !conflicts.includes(stored.value.endpointId)));
    const fresh = conflicts.length === 0 ? [] : [...(await deps.alerts.getMany(org, conflicts)).values()];
    open = fresh.flatMap((stored) => firstPending(stored, now)).filter(({ effect }) => ids.has(effect.id));
  }
  return mine;
}

function noted(state: AlertState, ids: ReadonlySet<string>, messages: readonly SentMessage[]): AlertState {
  const { incident } = state;
  const own = messages.filter(({ effectId }) => effectId.startsWith(`${incident?.id}/`));
  const kept = incident && {
    ...incident,
    messages: [...incident.messages, ...own].slice(-MOST_MESSAGES_KEPT),
  };
  return { ...state, incident: kept, effects: without(state.effects, ids) };
}

/** Takes effects that were carried out off the states they stand in, whatever else happened to those meanwhile. */
async function clear(
  deps: DeliverDeps,
  states: readonly AlertState[],
  ids: ReadonlySet<string>,
  messages: readonly SentMessage[],
): Promise<void> {
  for (const [org, group] of Map.groupBy(states, (state) => state.org)) {
    let open = group.map(({ endpointId }) => endpointId);
    for (let attempt = 0; open.length > 0 && attempt < MOST_ATTEMPTS; attempt++) {
      const fresh = [...(await deps.alerts.getMany(org, open)).values()];
      const writes = fresh
        .filter(({ value }) => value.effects.some(({ id }) => ids.has(id)))
        .map(({ value, version }) => ({ state: noted(value, ids, messages), expected: version }));
      open = writes.length === 0 ? [] : (await deps.alerts.putMany(writes)).conflicts;
    }
  }
}

const sentMessages = (group: readonly Pending[], deliveries: Delivery[], sentAt: number): SentMessage[] =>
  group.map(({ effect }) => ({
    effectId: effect.id,
    kind: effect.kind,
    title: effect.title,
    sentAt,
    deliveries,
  }));

/** Claim, send, log, clear, in this order: a crash anywhere repeats the message and never loses it. */
async function send(deps: DeliverDeps, org: string, group: readonly Pending[]): Promise<boolean> {
  const mine = await claim(deps, org, group, deps.clock.now());
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
  for (const [index, sent] of messages.entries()) {
    await deps.incidents.addMessage(org, effects[index]?.incidentId ?? "", sent);
  }
  await clear(
    deps,
    mine.map(({ stored }) => stored.value),
    new Set(message.ids),
    messages,
  );
  return true;
}

/**
 * Writes what the incident log has to learn of one organization, then clears it. Writing twice is harmless. What the
 * log does not take stays; while it is out of reach the rest stays too, so that messages need not wait for it.
 */
async function record(
  deps: DeliverDeps,
  states: readonly Versioned<AlertState>[],
  attempts: Attempts,
): Promise<void> {
  const isRecord = (effect: Effect) => effect.do === "record";
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
  for (const effect of due.flatMap(({ effects }) => effects))
    if (reachable && effect.do === "record") await attempts.attempt(() => put(effect), undefined);
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

const hasMessages = (states: readonly Versioned<AlertState>[]): boolean =>
  states.some(({ value }) => value.effects.some(({ do: what }) => what === "notify"));

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

/** Sends what may go now, kind by kind, until nothing more may. Answers whether messages are still pending. */
async function sendAll(
  deps: DeliverDeps,
  waiting: Waiting,
  first: readonly Versioned<AlertState>[],
  attempts: Attempts,
): Promise<boolean> {
  let states = first;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (!(await sendKinds(deps, waiting, states, attempts))) return hasMessages(states);
    states = await waitingStates(deps, waiting);
  }
  return true;
}

/**
 * Carries out what is pending in one organization: records into the incident log, messages grouped by kind behind
 * their gates. Run when a gate ends and at least every minute; two at once never both send. What fails holds up
 * nothing else.
 * @param fresh ids of states written a moment ago
 * @returns whether messages are still pending: behind a gate, in somebody's hands, or failed
 * @throws what failed first, once the rest was done: it is pending still, and repeated by the next call
 */
export async function deliver(
  deps: DeliverDeps,
  org: string,
  fresh: readonly string[] = [],
): Promise<{ pending: boolean }> {
  const waiting = { org, fresh };
  return carryOut(deps, waiting, await waitingStates(deps, waiting));
}

/**
 * The same after a judgement of these: the rest is looked at only where a gate can be opened, so that of a thousand
 * calls in a mass outage one reads it all.
 */
export async function deliverFresh(
  deps: DeliverDeps,
  org: string,
  fresh: readonly string[],
): Promise<{ pending: boolean }> {
  return carryOut(deps, { org, fresh }, await freshStates(deps, org, fresh));
}

async function carryOut(
  deps: DeliverDeps,
  waiting: Waiting,
  states: readonly Versioned<AlertState>[],
): Promise<{ pending: boolean }> {
  const attempts = makeAttempts();
  await record(deps, states, attempts);
  const pending = await sendAll(deps, waiting, states, attempts);
  attempts.end();
  return { pending };
}
