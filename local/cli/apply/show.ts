import { type Paint, plain } from "../io.ts";
import type { Outcome } from "./carry-out.ts";
import type { Plan } from "./plan.ts";

const MOST_LINES = 200;

/** How many of something: `1 endpoint`, `2 endpoints`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A plan for people: one line each, then what is left as it is and why. `prune`: whether extra ones are deleted. */
export function planLines(plan: Plan, prune: boolean, paint: Paint): string[] {
  const { create, change, extra, elsewhere, unchanged } = plan;
  const lines = [
    ...create.map(({ id, endpoint }) => `${paint("green", "+")} ${plain(id)}  ${plain(endpoint.url)}`),
    ...change.map(({ id, fields }) => `${paint("yellow", "~")} ${plain(id)}  ${plain(fields.join(", "))}`),
    ...(prune ? extra.map(({ id }) => `${paint("red", "-")} ${plain(id)}`) : []),
  ];
  const kept =
    prune || extra.length === 0
      ? []
      : [`${counted(extra.length, "endpoint")} there, but not in the file: --prune deletes what isn't.`];
  const refused = elsewhere.map(
    ({ id, fields }) =>
      `${paint("red", "!")} ${plain(id)}  is declared in the installation's own file, and differs: ${plain(fields.join(", "))}`,
  );
  const shown =
    lines.length <= MOST_LINES
      ? lines
      : [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more`];
  const total = `${counted(create.length, "endpoint")} to create, ${change.length} to change, ${prune ? extra.length : 0} to delete, ${unchanged} as they are.`;
  return [...shown, ...refused, ...kept, total];
}

/** What became of it, for people: what failed by name, then the numbers. */
export function outcomeLines(
  { created, changed, deleted, unchanged, failed, left }: Outcome,
  paint: Paint,
): string[] {
  const again = unchanged === 0 ? "" : `, ${unchanged} found unchanged`;
  const undone = left === 0 ? "" : `, ${left} not begun`;
  return [
    ...failed.map(
      ({ id, action, message }) => `${paint("red", "✘")} ${plain(id)}: ${action} failed: ${plain(message)}`,
    ),
    `${counted(created, "endpoint")} created, ${changed} changed, ${deleted} deleted${again}, ${failed.length} failed${undone}.`,
  ];
}
