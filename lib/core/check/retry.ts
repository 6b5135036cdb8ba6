import type { Endpoint } from "../endpoint/endpoint.ts";

/** Repeats of a failed check inside the same tick. Times in ms. */
export interface RetryPlan {
  retries: number;
  /** Wait before each retry, by index; the last one serves for any beyond. */
  waitsMs: number[];
  /** No try may start that could end later than this after the first one started. */
  budgetMs: number;
  timeoutMs: number;
}

const MINUTE = 60_000;
const BUDGET_LIMIT_MS = 45_000;
const FAST_TIMEOUT_MS = 4_000;

/** The retry plan of an endpoint: 3 tries more after 1, 2, 4 s; under a minute one after 1 s, time-out 4 s. */
export function retryPlanOf(endpoint: Endpoint): RetryPlan {
  const fast = endpoint.intervalMs < MINUTE;
  return {
    retries: endpoint.alert.retries ?? (fast ? 1 : 3),
    waitsMs: endpoint.alert.retryWaitsMs ?? (fast ? [1_000] : [1_000, 2_000, 4_000]),
    budgetMs: Math.min(endpoint.intervalMs, BUDGET_LIMIT_MS),
    timeoutMs: fast ? Math.min(endpoint.timeoutMs, FAST_TIMEOUT_MS) : endpoint.timeoutMs,
  };
}

/**
 * Whether another try may start. `spentMs` is the time since the first try started, wait included;
 * a try that timed out is repeated once only.
 */
export function mayRetry(plan: RetryPlan, triesMade: number, timeoutsSeen: number, spentMs: number): boolean {
  if (triesMade > plan.retries || timeoutsSeen > 1) return false;
  return spentMs + plan.timeoutMs <= plan.budgetMs;
}
