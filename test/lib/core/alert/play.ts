import { policyOf } from "../../../../lib/core/alert/policy.ts";
import type { AlertState, RegionOutcome } from "../../../../lib/core/alert/state.ts";
import { step } from "../../../../lib/core/alert/step.ts";
import { failure } from "../../../../lib/core/check/outcome.ts";
import { bareEndpoint } from "../../../../lib/core/endpoint/bare.ts";
import type { AlertSettings, Endpoint } from "../../../../lib/core/endpoint/endpoint.ts";

export const START = Date.parse("2026-11-20T12:00:00Z");
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const endpointWith = (alert: AlertSettings = {}, intervalMs = MINUTE, id = "shop"): Endpoint =>
  bareEndpoint(id, `https://${id}.test/`, { org: "default", name: id, intervalMs, alert });

export const refused = failure("tcp.refused", "connection refused");

export function outcomeAt(region: string, scheduledAt: number, mark: string): RegionOutcome[] {
  if (mark === ".") return [];
  return [{ region, scheduledAt, outcome: mark === "o" ? "ok" : refused, totalMs: 100 }];
}

export interface Said {
  kind: string;
  /** Slot of the tick at which it was said. */
  at: number;
  title: string;
  id: string;
}

export interface Played {
  said: Said[];
  state: AlertState;
  /** Verdict after each slot. */
  verdicts: string[];
}

export interface Script {
  /** region -> marks: o ok, x failed after retries, . no outcome; spaces are ignored. */
  rows: Record<string, string>;
  alert?: AlertSettings;
  intervalMs?: number;
  /** Regions configured, when more than the rows. */
  regions?: string[];
  /** Spacing of the slots; the interval unless said. */
  slotMs?: number;
  /** How long after its tick a slot is judged. */
  lagMs?: number;
  /** Run the rule without outcomes once a minute between slots, and this long after the last. */
  idleAfterMs?: number;
}

const marksOf = (row: string): string[] => [...row.replaceAll(" ", "")];

/** Plays marks slot by slot through the rule, as an evaluator at every tick does. */
export function play(script: Script): Played {
  const { rows, intervalMs = MINUTE, lagMs = 2 * SECOND } = script;
  const slotMs = script.slotMs ?? intervalMs;
  const policy = policyOf(endpointWith(script.alert, intervalMs), script.regions ?? Object.keys(rows));
  const slots = Math.max(...Object.values(rows).map((row) => marksOf(row).length));
  let state: AlertState | null = null;
  const said: Said[] = [];
  const verdicts: string[] = [];
  const call = (outcomes: RegionOutcome[], now: number, slot: number) => {
    const answer = step(policy, state, { outcomes, evidence: [] }, now);
    state = answer.state;
    for (const effect of answer.effects) {
      if (effect.do === "notify")
        said.push({ kind: effect.kind, at: slot, title: effect.title, id: effect.id });
    }
  };
  for (let slot = 0; slot < slots; slot++) {
    const at = START + slot * slotMs;
    const outcomes = Object.entries(rows).flatMap(([region, row]) =>
      outcomeAt(region, at, marksOf(row)[slot] ?? "."),
    );
    call(outcomes, at + lagMs, slot);
    verdicts.push((state as AlertState | null)?.verdict ?? "up");
  }
  const end = START + (slots - 1) * slotMs + lagMs;
  for (let now = end + MINUTE; now <= end + (script.idleAfterMs ?? 0); now += MINUTE) {
    call([], now, Math.round((now - START) / slotMs));
  }
  return { said, state: state ?? step(policy, null, { outcomes: [], evidence: [] }, end).state, verdicts };
}

export const kinds = (played: Played): string[] => played.said.map(({ kind, at }) => `${kind}@${at}`);
