import { failure } from "../check/outcome.ts";
import type { RegionOutcome } from "./state.ts";

/** Failed outcomes of one endpoint that are kept with all their details: more would be no more evidence. */
const DETAILED = 120;

/** Judged by, but told of no more. */
const slim = ({ timings: _, outcome, ...rest }: RegionOutcome): RegionOutcome => ({
  ...rest,
  outcome:
    outcome === "ok" ? outcome : failure(outcome.type, "details are kept of the first and the latest only"),
});

/**
 * Keeps a state within what a store takes, however long the window, however short the interval and whatever targets
 * answer: of many failed outcomes of a region those in the middle keep their time and type only.
 * @param outcomes of one region, ascending
 * @param regions how many share the room
 */
export function slimMiddle(outcomes: readonly RegionOutcome[], regions: number): RegionOutcome[] {
  const atEachEnd = Math.max(2, Math.floor(DETAILED / (2 * regions)));
  const failed = outcomes.flatMap(({ outcome }, index) => (outcome === "ok" ? [] : [index]));
  const middle = new Set(failed.slice(atEachEnd, -atEachEnd));
  return middle.size === 0
    ? [...outcomes]
    : outcomes.map((outcome, index) => (middle.has(index) ? slim(outcome) : outcome));
}
