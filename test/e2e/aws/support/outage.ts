/** One website's outage from its first check to its recovery, with a process killed in the middle of it. */
import { expect } from "vitest";
import { type KillPoint, killPoints } from "../../../aws-box/kill-points.ts";
import type { Call } from "../../../aws-box/log.ts";
import { REGIONS } from "./contexts.ts";
import { idsOf, incidentsOf } from "./expectations.ts";
import { type FunctionName, type Installation, MINUTE, ORG } from "./installation.ts";

/** In which minute somebody is killed: the one that finds it down, or the one that finds it up. */
export type Phase = "down" | "up";

export interface Disturbance extends KillPoint {
  phase: Phase;
}

/** How an outage comes about, minute by minute. */
export interface Course {
  /** Two minutes in which all is well. */
  before(id: string): Promise<void>;
  /** The minute in which it is found down. */
  fail(id: string): Promise<void>;
  /** Minutes in which it stays so. */
  stay(id: string): Promise<void>;
  /** Well again, but not for long enough to be believed. */
  heal(id: string): Promise<void>;
  /** The minute in which it is found up. */
  recover(id: string): Promise<void>;
  /** Minutes in which it stays so. */
  after(id: string): Promise<void>;
}

/** Longer than any queue waits before it delivers again. */
const PATIENCE_MS = 2 * MINUTE;

/** A name that stands in messages about no other website. */
export const nameOf = (id: string): string => `Site ${id}.`;

/** The points of one function's first invocation in each phase of an undisturbed outage. */
export function disturbancesOf(calls: Record<Phase, Call[]>, name: FunctionName): Disturbance[] {
  return (["down", "up"] as const).flatMap((phase) => {
    const own = calls[phase].filter(({ caller }) => caller.name === `vigie-${name}`);
    const first = own.filter(({ invocation }) => invocation === own[0]?.invocation);
    return killPoints(first).map((point) => ({ ...point, phase }));
  });
}

/** Does it, and kills one process in each region in which such a function runs; answers with the calls. */
async function disturbed(
  { box }: Installation,
  disturbance: Disturbance | undefined,
  act: () => Promise<void>,
): Promise<Call[]> {
  const from = box.calls().length;
  const faults =
    disturbance === undefined
      ? []
      : REGIONS.map((region) =>
          box.faults.add({ ...disturbance.where, from: region }, disturbance.mishap, disturbance.extent),
        );
  await act();
  if (disturbance !== undefined)
    expect
      .soft(
        faults.map(({ hits }) => hits),
        `${disturbance.name} is reached`,
      )
      .toContain(1);
  for (const fault of faults) fault.end();
  return box.calls().slice(from);
}

/** At least once, and always under the same ids. */
function expectTold({ box }: Installation, id: string, kind: Phase, why: string): void {
  const told = box.sns.published.filter(
    ({ message, attributes }) => message.includes(nameOf(id)) && attributes["kind"] === kind,
  );
  expect.soft(told.length, `${why}: ${kind} is told`).toBeGreaterThan(0);
  expect.soft(new Set(told.flatMap(idsOf)).size, `${why}: ${kind} under one id`).toBe(1);
}

/**
 * Nothing is lost, and nothing told as two things: whatever is killed, there is one incident with its beginning and
 * end, and both are told.
 * @returns the calls of the two minutes, by phase
 */
export async function outage(
  vigie: Installation,
  course: Course,
  id: string,
  disturbance?: Disturbance,
): Promise<Record<Phase, Call[]>> {
  const why = disturbance === undefined ? "undisturbed" : `killed ${disturbance.name}, ${disturbance.phase}`;
  const during = (phase: Phase) => (disturbance?.phase === phase ? disturbance : undefined);
  await vigie.watch({ id, name: nameOf(id), retries: 0 });
  await course.before(id);
  const down = await disturbed(vigie, during("down"), () => course.fail(id));
  await vigie.settle(PATIENCE_MS);
  await course.stay(id);
  expectTold(vigie, id, "down", why);
  await course.heal(id);
  const up = await disturbed(vigie, during("up"), () => course.recover(id));
  await vigie.settle(PATIENCE_MS);
  await course.after(id);
  expectTold(vigie, id, "up", why);
  expect
    .soft(await incidentsOf(vigie, id), why)
    .toMatchObject([{ closed: "recovered", worst: "down", verdict: "up" }]);
  const stored = await vigie.stores.endpoints.get(ORG, id);
  await vigie.stores.endpoints.remove(ORG, id, stored?.version ?? 0);
  return { down, up };
}
