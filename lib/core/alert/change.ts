import { firstFailedCheck, regionEvidence } from "../incident/evidence.ts";
import type { Incident } from "../incident/incident.ts";
import { duration } from "../incident/messages.ts";
import { type Call, votedAvailability } from "./call.ts";
import { announce, type Draft, type Extra, refreshed, revise } from "./draft.ts";
import { noteChange } from "./flapping.ts";
import type { Verdict } from "./state.ts";

function openIncident(call: Call, verdict: "degraded" | "down"): Incident {
  const { org, endpointId, website } = call.policy;
  return {
    schema: 1,
    id: `${endpointId}.${call.now.toString(36)}`, // a tick can see one incident end and another begin
    org,
    endpointId,
    website,
    revision: 0,
    startedAt: call.tick,
    endedAt: null,
    closed: null,
    worst: verdict,
    verdict,
    verdictSince: call.now,
    availability: votedAvailability(call.regions) ?? 0,
    firstFailure: firstFailedCheck(call),
    regions: regionEvidence(call),
    announced: [],
    messages: [],
  };
}

/** Regions tick at different seconds: when the one that began it is gone, the latest tick may lie before its start. */
const endOf = (call: Call, { startedAt }: Incident): number => Math.max(startedAt, call.tick);

/** The incident in its new verdict; `up` ends it. */
function moved(call: Call, incident: Incident, to: Verdict): Incident {
  const next = { ...refreshed(call, incident), verdict: to, verdictSince: call.now };
  if (to === "up") return { ...next, endedAt: endOf(call, incident), closed: "recovered" };
  return { ...next, worst: to === "down" ? "down" : incident.worst };
}

/** Who is silent or was set aside, and who still fails: what a better verdict has to confess. */
export function recoveryNote(call: Call, aside: readonly string[]): string {
  const steps = [...call.regions];
  const failing = steps.filter(([, { state }]) => state.failing).map(([region]) => region);
  const silent = steps.filter(([, { vote }]) => vote === null).map(([region]) => region);
  return [
    ...(failing.length > 0 ? [`Still failing: ${failing.join(", ")}.`] : []),
    ...(silent.length > 0 ? [`Silent: ${silent.join(", ")}.`] : []),
    ...(aside.length > 0
      ? [`Set aside, failing when last heard and silent since: ${aside.join(", ")}.`]
      : []),
  ].join(" ");
}

/** What is said about a change when nothing keeps it quiet; null when the table says nothing. */
function messageFor(
  call: Call,
  before: Incident | null,
  from: Verdict,
  to: Verdict,
  aside: readonly string[],
) {
  const announced = (before?.announced.length ?? 0) > 0;
  if (to === "down") return call.muted ? null : { kind: "down" as const, extra: {} };
  if (from === "up" || !announced || before === null) return null;
  const note = recoveryNote(call, aside);
  if (to === "degraded") return { kind: "partial" as const, extra: { note } };
  const downtimeMs = endOf(call, before) - before.startedAt;
  return { kind: "up" as const, extra: { note, downtimeMs } };
}

const flappingNote = (call: Call): string => {
  const quiet = duration(call.policy.flapping?.quietMs ?? 0);
  return `It changes too often: no more messages until ${quiet} without a change.`;
};

/**
 * Carries a change of verdict out on the incident and decides its message (ALERTING rule 5, flapping).
 * @param aside regions set aside in this call
 */
export function applyChange(draft: Draft, call: Call, to: Verdict, aside: readonly string[]): Draft {
  const from = draft.state.verdict;
  if (from === to) return draft;
  const before = draft.state.incident;
  const incident = before === null || to === "up" ? before : moved(call, before, to);
  const subject = incident ?? (to === "up" ? null : openIncident(call, to));
  const state = { ...draft.state, verdict: to, since: call.now };
  if (subject === null) return { ...draft, state }; // an incident is always open while not up; nothing to tell without one
  const after = to === "up" ? moved(call, subject, to) : subject;
  const crossesDown = from === "down" || to === "down";
  const noted = crossesDown
    ? noteChange(call, state.flapping, subject.id)
    : { flapping: state.flapping, begins: false };
  const next = { ...draft, state: { ...state, flapping: noted.flapping } };
  if (noted.begins) return announce(next, call, after, "flapping", { note: flappingNote(call) });
  if (noted.flapping.since !== null) return revise(next, after);
  const message: { kind: "down" | "partial" | "up"; extra: Extra } | null = messageFor(
    call,
    before,
    from,
    to,
    aside,
  );
  return message === null ? revise(next, after) : announce(next, call, after, message.kind, message.extra);
}
