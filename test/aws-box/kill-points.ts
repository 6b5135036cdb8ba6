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

/** They leave everything as it was. */
const READS = /^(GetItem|BatchGetItem|Query|GetSecretValue|DescribeEndpoints|GET)$/;

/** Before it, and where it changes something after it, too. */
const momentsOf = ({ action }: Call) =>
  READS.test(action) ? (["before"] as const) : (["before", "after"] as const);

/**
 * Every moment around a call of an invocation that went undisturbed. Calls are told apart by what they do and how
 * often that was done before: calls that run side by side may come in another order the next time. Of reads in a row
 * only the first is named: the others find the world just as that one does.
 */
export function killPoints(calls: readonly Call[]): KillPoint[] {
  const seen = new Map<string, number>();
  return calls.flatMap((call, i) => {
    const name = nameOf(call);
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    const { caller, service, action, resources } = call;
    const previous = calls[i - 1];
    if (previous !== undefined && READS.test(action) && READS.test(previous.action)) return [];
    const [resource] = resources;
    const where = {
      function: caller.name,
      from: caller.region,
      service,
      action,
      ...(resource && { resource }),
    };
    return momentsOf(call).map((when) => ({
      name: `${when} ${name} (${nth + 1})`,
      where,
      mishap: `kill-${when}` as const,
      extent: { after: nth, times: 1 },
    }));
  });
}
