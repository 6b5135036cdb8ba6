import type { Extent, Mishap } from "./faults.ts";
import { type Call, nameOf, type Where } from "./log.ts";

/** A moment at which a process can be killed: before or after the n-th call of a kind in an invocation. */
export interface KillPoint {
  /** For people: `before dynamodb:PutItem table/vigie-ticks (2)`. */
  name: string;
  where: Where;
  mishap: Mishap;
  extent: Extent;
}

/**
 * Every moment around a call of an invocation that went undisturbed. Calls are told apart by what they do and how
 * often that was done before: calls that run side by side may come in another order the next time.
 */
export function killPoints(calls: readonly Call[]): KillPoint[] {
  const seen = new Map<string, number>();
  return calls.flatMap((call) => {
    const name = nameOf(call);
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    const { caller, service, action, resources } = call;
    const [resource] = resources;
    const where = {
      function: caller.name,
      from: caller.region,
      service,
      action,
      ...(resource && { resource }),
    };
    return (["before", "after"] as const).map((when) => ({
      name: `${when} ${name} (${nth + 1})`,
      where,
      mishap: `kill-${when}` as const,
      extent: { after: nth, times: 1 },
    }));
  });
}
