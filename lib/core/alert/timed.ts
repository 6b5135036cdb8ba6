import { watchedMs } from "../availability/region.ts";
import type { Incident, MessageKind } from "../incident/incident.ts";
import { type Call, votedAvailability } from "./call.ts";
import { announce, type Draft, say } from "./draft.ts";
import { calm, isOver } from "./flapping.ts";

/** A flapping period ends after a time without a change: one message with the verdict. */
export function endFlapping(draft: Draft, call: Call): Draft {
  const { flapping } = draft.state;
  if (call.muted || !isOver(call.policy, flapping, call.now)) return draft;
  const next = { ...draft, state: { ...draft.state, flapping: calm } };
  const note = "It has stopped flapping.";
  const { incident, verdict } = next.state;
  if (incident !== null) return announce(next, call, incident, "settled", { note });
  return say(next, call, {
    incidentId: flapping.incidentId ?? call.policy.endpointId,
    kind: "settled",
    change: flapping.since ?? 0,
    verdict,
    availability: votedAvailability(call.regions) ?? 1,
    note,
    body: `${note}\nIncident: ${flapping.incidentId}`,
  });
}

const wasAnnounced = (incident: Incident, kinds: readonly MessageKind[], since: number): boolean =>
  incident.announced.some(({ kind, at }) => kinds.includes(kind) && at >= since);

const DOWN_KINDS: readonly MessageKind[] = ["down", "settled", "reminder"];

/** A solid `down` inside a flapping period is announced, once in the period: its end tells the rest. */
function solidDown(draft: Draft, call: Call, incident: Incident): Draft {
  const { flapping, since } = draft.state;
  if (flapping.announcedDownAt !== null || watchedMs(call.policy, since, call.now) < 3 * call.policy.windowMs)
    return draft;
  const state = { ...draft.state, flapping: { ...flapping, announcedDownAt: since } };
  return announce({ ...draft, state }, call, incident, "down", {
    note: "It flapped before, and stays down now.",
  });
}

/** `down` that maintenance kept quiet: announced when outcomes from after it show that it still fails. */
function overdueDown(draft: Draft, call: Call, incident: Incident): Draft {
  const fails = [...call.regions.values()].some(
    ({ state, vote }) => state.failing && vote !== null && state.outcomes.at(-1)?.outcome !== "ok",
  );
  return fails ? announce(draft, call, incident, "down") : draft;
}

function reminder(draft: Draft, call: Call, incident: Incident): Draft {
  const { reminderEveryMs } = call.policy;
  const last = incident.announced.findLast(({ kind }) => DOWN_KINDS.includes(kind))?.at;
  if (reminderEveryMs === 0 || last === undefined || call.now - last < reminderEveryMs) return draft;
  if (votedAvailability(call.regions) === null) return draft; // all silent: readers see unknown, nobody is reminded
  return announce(draft, call, incident, "reminder");
}

/** What time alone decides: degraded that lasted, down kept quiet too long, reminders (ALERTING rules 5 and 6). */
export function timedEffects(draft: Draft, call: Call): Draft {
  const { incident, verdict, since, flapping } = draft.state;
  if (incident === null || call.muted) return draft;
  if (flapping.since !== null) return verdict === "down" ? solidDown(draft, call, incident) : draft;
  if (verdict === "down") {
    const told = wasAnnounced(incident, DOWN_KINDS, since);
    return told ? reminder(draft, call, incident) : overdueDown(draft, call, incident);
  }
  const due = watchedMs(call.policy, since, call.now) >= call.policy.degradedAfterMs;
  const told = incident.announced.length > 0;
  return due && !told ? announce(draft, call, incident, "degraded") : draft;
}
