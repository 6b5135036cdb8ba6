import type { RoundSummary } from "./round.ts";

export interface TickSummary extends RoundSummary {
  /** Rounds that were left out because their time had passed. */
  missed: number;
}

export const nothing: TickSummary = { checked: 0, failed: 0, invalid: 0, unfinished: 0, missed: 0 };

export const sum = (parts: readonly RoundSummary[]): RoundSummary => ({
  checked: parts.reduce((total, { checked }) => total + checked, 0),
  failed: parts.reduce((total, { failed }) => total + failed, 0),
  invalid: parts.reduce((total, { invalid }) => total + invalid, 0),
  unfinished: parts.reduce((total, { unfinished }) => total + unfinished, 0),
});
