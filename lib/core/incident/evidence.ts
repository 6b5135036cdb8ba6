import type { Call } from "../alert/call.ts";
import { windowAt } from "../availability/window.ts";
import type { FailedCheck, Incident, RegionEvidence } from "./incident.ts";

/** What each region contributes at this moment. */
export function regionEvidence(call: Call): RegionEvidence[] {
  return [...call.regions].map(([region, { state, vote }]) => ({
    region,
    ok: vote?.ok ?? 0,
    all: vote?.all ?? 0,
    failing: state.failing,
    failingSince: state.failing ? state.since : null,
    silent: vote === null,
  }));
}

/** The earliest failed check in the windows of the regions that newly fail. */
export function firstFailedCheck(call: Call): FailedCheck | null {
  let first: FailedCheck | null = null;
  for (const [region, { state, newlyFailing }] of call.regions) {
    if (!newlyFailing) continue;
    for (const { scheduledAt, outcome, totalMs, timings } of windowAt(call.policy, state.outcomes)) {
      if (outcome === "ok" || (first !== null && first.scheduledAt <= scheduledAt)) continue;
      first = { region, scheduledAt, failure: outcome, totalMs, ...(timings && { timings }) };
    }
  }
  return first;
}

const timingNames = [
  ["dnsMs", "lookup"],
  ["connectMs", "connect"],
  ["tlsMs", "TLS"],
  ["firstByteMs", "first byte"],
  ["transferMs", "transfer"],
] as const;

/** `lookup 12 ms, connect 30 ms, …, total 10000 ms`: the phases that were reached. */
function timingsLine({ timings, totalMs }: FailedCheck): string {
  const phases = timingNames.flatMap(([key, name]) => {
    const ms = timings?.[key];
    return typeof ms === "number" ? [`${name} ${Math.round(ms)} ms`] : [];
  });
  return [...phases, `total ${Math.round(totalMs)} ms`].join(", ");
}

function regionLine({ region, ok, all, failing, failingSince, silent }: RegionEvidence): string {
  const since = failingSince === null ? "" : ` since ${new Date(failingSince).toISOString().slice(0, 19)}Z`;
  const state = failing ? `failing${since}` : silent ? "" : "ok";
  const vote = silent ? "silent" : `${ok} of ${all} checks ok`;
  return `  ${region}: ${[state, vote].filter(Boolean).join(", ")}`;
}

/** The lines under a message's first: regions, the first failed check with its phases, the incident. */
export function bodyOf(incident: Incident, note: string): string {
  const { firstFailure } = incident;
  const failed =
    firstFailure === null
      ? []
      : [
          `First failed check: ${firstFailure.region}, ${new Date(firstFailure.scheduledAt).toISOString().slice(0, 19)}Z`,
          `  ${firstFailure.failure.type} (${firstFailure.failure.phase}): ${firstFailure.failure.message}`,
          `  ${timingsLine(firstFailure)}`,
        ];
  return [
    ...(note === "" ? [] : [note]),
    "Regions:",
    ...incident.regions.map(regionLine),
    ...failed,
    `Incident: ${incident.id}`,
  ].join("\n");
}
