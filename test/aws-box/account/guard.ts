/** Who may do what: functions with a policy are refused everything else, and what they used is remembered. */
import type { Call } from "../log.ts";
import type { Caller } from "../wire.ts";
import { allowOf, type Statement } from "./policy.ts";

export interface Guard {
  /** From now on the function's calls need an allow of these. */
  restrict(region: string, name: string, statements: readonly Statement[]): void;
  /** Whether the call is allowed; remembers either way. Without a policy everything is. */
  admits(call: Call, leadingKeys: readonly string[]): boolean;
  /** What was refused, in words. */
  readonly denied: readonly string[];
  /** Allows by function: every action of every statement, and whether it was ever needed. */
  allows(): { function: string; sid: string; action: string; used: boolean }[];
}

/** Outside of IAM: plain HTTP with secrets of its own, or none. */
const FREE = new Set(["web", "influxdb"]);

const keyOf = ({ region, name }: Pick<Caller, "region" | "name">): string => `${region}/${name}`;

export function makeGuard(): Guard {
  const policies = new Map<string, readonly Statement[]>();
  const used = new Set<string>();
  const denied: string[] = [];
  return {
    restrict: (region, name, statements) => policies.set(`${region}/${name}`, statements),
    admits({ caller, service, action, resources }, leadingKeys) {
      const statements = policies.get(keyOf(caller));
      if (statements === undefined || FREE.has(service)) return true;
      // IAM knows no batches of queues
      const asked = {
        action: `${service}:${service === "sqs" ? action.replace(/Batch$/, "") : action}`,
        resources,
        leadingKeys,
      };
      const allows = allowOf(statements, asked);
      if (allows === null)
        denied.push(`${keyOf(caller)}: ${asked.action} ${resources.join(" ")} [${leadingKeys.join(" ")}]`);
      else for (const { Sid } of allows) used.add(`${keyOf(caller)} ${Sid} ${asked.action}`);
      return allows !== null;
    },
    denied,
    allows: () =>
      [...policies].flatMap(([name, statements]) =>
        statements.flatMap(({ Sid, Action }) =>
          Action.map((action) => ({
            function: name,
            sid: Sid,
            action,
            used: used.has(`${name} ${Sid} ${action}`),
          })),
        ),
      ),
  };
}
