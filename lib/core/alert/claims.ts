import type { SentMessage } from "../incident/incident.ts";
import type { AlertStore, Versioned } from "../ports.ts";
import { CLAIM_MS, type NotifyEffect } from "./effect.ts";
import { isClaimed, without } from "./pending.ts";
import type { AlertState } from "./state.ts";

export interface ClaimDeps {
  alerts: Pick<AlertStore, "getMany" | "putMany">;
  /** Names whoever delivers here: two of them never hold one claim. */
  holder: string;
}

const MOST_ATTEMPTS = 5;
const MOST_MESSAGES_KEPT = 50;

/** A message that may be sent now, and the state it stands in. */
export interface Pending {
  stored: Versioned<AlertState>;
  effect: NotifyEffect;
}

/** Each endpoint's messages go in order: only its first may go now, if nobody else is sending it. */
export function firstPending(stored: Versioned<AlertState>, now: number): Pending[] {
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
export async function claim(
  deps: ClaimDeps,
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
export async function clear(
  deps: Pick<ClaimDeps, "alerts">,
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
