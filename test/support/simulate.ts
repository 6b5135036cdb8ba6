import type { NotifyEffect } from "../../lib/core/alert/effect.ts";
import type { Policy } from "../../lib/core/alert/policy.ts";
import { type AlertState, isTroubled, type RegionOutcome } from "../../lib/core/alert/state.ts";
import { step } from "../../lib/core/alert/step.ts";
import { failure } from "../../lib/core/check/outcome.ts";
import { mayRetry, type RetryPlan } from "../../lib/core/check/retry.ts";

/** What one try finds: `fast` failures take 50 ms, `timeout` the whole time-out. */
export type Try = "ok" | "fast" | "timeout";

export interface World {
  policy: Policy;
  plan: RetryPlan;
  /** Epoch ms of the first tick, and how long it goes on. */
  start: number;
  lengthMs: number;
  random: () => number;
  /** Share of ticks that never happen. */
  missing: number;
  /** A check starts up to this long after its tick, drawn afresh each time, plus its region's `offsetMs`. */
  jitterMs: number;
  offsetMs?: number;
  /** A failure's post arrives up to this long after the check ended. */
  postMs: number;
  tryAt: (at: number, random: () => number) => Try;
  /** tick: at every outcome; failures: on posted failures, and once a minute what is troubled. */
  evaluator: "tick" | "failures";
}

export interface SimulatedMessage {
  kind: NotifyEffect["kind"];
  at: number;
}

/** An outcome, when its check began and ended, when the tick log has it and when its post arrives. */
interface Checked {
  outcome: RegionOutcome;
  startedAt: number;
  loggedAt: number;
  postedAt: number;
}

const FAST_MS = 50;
const LOG_MS = 2_000;
const MINUTE = 60_000;
const refused = failure("tcp.refused", "refused");

/** One check with its retries, as the engine makes them. */
function check(world: World, startedAt: number): { ok: boolean; endedAt: number } {
  let at = startedAt;
  let timeouts = 0;
  for (let tries = 1; ; tries++) {
    const found = world.tryAt(at, world.random);
    if (found === "ok") return { ok: true, endedAt: at + FAST_MS };
    timeouts += found === "timeout" ? 1 : 0;
    at += found === "timeout" ? world.plan.timeoutMs : FAST_MS;
    const wait = world.plan.waitsMs[tries - 1] ?? world.plan.waitsMs.at(-1) ?? 0;
    if (!mayRetry(world.plan, tries, timeouts, at + wait - startedAt)) return { ok: false, endedAt: at };
    at += wait;
  }
}

function checks(world: World): Checked[] {
  const all: Checked[] = [];
  for (let tick = world.start; tick < world.start + world.lengthMs; tick += world.policy.intervalMs) {
    for (const region of world.policy.regions) {
      if (world.random() < world.missing) continue;
      const startedAt = tick + (world.offsetMs ?? 0) + world.random() * world.jitterMs;
      const { ok, endedAt } = check(world, startedAt);
      const outcome: RegionOutcome = {
        region,
        scheduledAt: tick,
        outcome: ok ? "ok" : refused,
        totalMs: FAST_MS,
      };
      const loggedAt = endedAt + world.random() * Math.min(LOG_MS, world.postMs);
      all.push({ outcome, startedAt, loggedAt, postedAt: endedAt + world.random() * world.postMs });
    }
  }
  return all;
}

interface Event {
  at: number;
  outcome: RegionOutcome | null;
}

/** When the evaluator is called, and with what: null is the watchdog. */
function calls(world: World, all: readonly Checked[]): Event[] {
  const posts = all
    .filter(({ outcome }) => world.evaluator === "tick" || outcome.outcome !== "ok")
    .map(({ outcome, postedAt }): Event => ({ at: postedAt, outcome }));
  const phase = world.random() * MINUTE;
  const watchdog = Array.from({ length: Math.floor(world.lengthMs / MINUTE) }, (_, minute): Event => {
    return { at: world.start + minute * MINUTE + phase, outcome: null };
  });
  return [...posts, ...watchdog].sort((a, b) => a.at - b.at);
}

const WINDOW_BACK_MS = 20 * MINUTE;

export interface Simulated {
  messages: SimulatedMessage[];
  /** Start of the first failing check after an instant: what detection is counted from where it says so. */
  firstFailingCheckAfter: (at: number) => number | undefined;
}

/** The tick log as it grows: what had been logged by a moment. */
function growingLog(all: readonly Checked[]) {
  const logged = [...all].sort((a, b) => a.loggedAt - b.loggedAt);
  const log: RegionOutcome[] = [];
  let next = 0;
  return {
    recent(at: number, since: number): RegionOutcome[] {
      for (let entry = logged[next]; entry !== undefined && entry.loggedAt <= at; entry = logged[++next]) {
        log.push(entry.outcome);
      }
      return recent(log, since);
    },
  };
}

/** Runs checks, their posts and the rule through simulated time; messages count as sent when decided. */
export function simulate(world: World): Simulated {
  const all = checks(world);
  const log = growingLog(all);
  const backMs = Math.max(world.policy.intervalMs * (world.policy.expected + 2), WINDOW_BACK_MS);
  let state: AlertState | null = null;
  const messages: SimulatedMessage[] = [];
  for (const { at, outcome } of calls(world, all)) {
    if (outcome === null && (state === null || !isTroubled(state))) continue;
    const known = world.evaluator === "failures" ? log.recent(at, at - backMs) : [];
    const outcomes = outcome === null ? known : [...known, { ...outcome, posted: true }];
    const answer = step(world.policy, state, { outcomes, evidence: [] }, at);
    for (const effect of answer.effects) if (effect.do === "notify") messages.push({ kind: effect.kind, at });
    state = { ...answer.state, effects: [] };
  }
  const failing = all
    .filter((checked) => checked.outcome.outcome !== "ok")
    .sort((a, b) => a.startedAt - b.startedAt);
  return {
    messages,
    firstFailingCheckAfter: (at) => failing.find(({ startedAt }) => startedAt >= at)?.startedAt,
  };
}

function recent(log: readonly RegionOutcome[], since: number): RegionOutcome[] {
  let first = log.length;
  while (first > 0 && (log[first - 1]?.scheduledAt ?? 0) >= since - MINUTE) first--;
  return log.slice(first).filter(({ scheduledAt }) => scheduledAt >= since);
}
