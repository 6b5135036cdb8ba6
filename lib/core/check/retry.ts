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

/** The retry plan of an endpoint: 3 tries more after 1, 2, 4 s; one after 1 s at an interval under a minute. */
export function retryPlanOf(endpoint: Pick<Endpoint, "intervalMs" | "timeoutMs" | "alert">): RetryPlan {
  const { alert, intervalMs, timeoutMs } = endpoint;
  const defaultWaits = intervalMs < MINUTE ? [1_000] : [1_000, 2_000, 4_000];
  return {
    retries: alert.retries ?? alert.retryWaitsMs?.length ?? defaultWaits.length,
    waitsMs: alert.retryWaitsMs ?? defaultWaits,
    budgetMs: Math.min(intervalMs, BUDGET_LIMIT_MS),
    timeoutMs,
  };
}

/** Retries are counted from 1; the last wait of the plan serves for any beyond. */
const waitBefore = (plan: RetryPlan, retry: number): number =>
  plan.waitsMs[Math.min(retry, plan.waitsMs.length) - 1] ?? 0;

/** The first retry that could never start even when every try failed at once; null when all could. */
export function unreachableRetry(plan: RetryPlan): number | null {
  let spentMs = 0;
  for (let retry = 1; retry <= plan.retries; retry++) {
    spentMs += waitBefore(plan, retry);
    if (spentMs + plan.timeoutMs > plan.budgetMs) return retry;
  }
  return null;
}

/**
 * Whether another try may start. `spentMs` is the time since the first try started, wait included;
 * a try that timed out is repeated once only.
 */
export function mayRetry(plan: RetryPlan, triesMade: number, timeoutsSeen: number, spentMs: number): boolean {
  if (triesMade > plan.retries || timeoutsSeen > 1) return false;
  return spentMs + plan.timeoutMs <= plan.budgetMs;
}
