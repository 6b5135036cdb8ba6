/**
 * What DynamoDB would charge for calls, as dynalite counts it: without what writes cost in indexes, and with what is
 * charged for finding nothing.
 */
import type { Ordered } from "../stand-in.ts";
import type { Answer, Caller } from "../wire.ts";

export interface Consumed {
  caller: Caller;
  /** `GetItem`. */
  action: string;
  /** ARNs of tables, of indexes where one was queried. */
  resources: string[];
  /** Partition keys that the call names; none for an index's entries but the one queried. */
  leadingKeys: readonly string[];
  readUnits: number;
  writeUnits: number;
}

const READS = new Set(["GetItem", "BatchGetItem", "Query", "Scan"]);
/** A query that finds nothing is charged like one that finds little; dynalite has it for nothing. */
const LEAST_READ = 0.5;

interface Charged {
  CapacityUnits?: number;
}

/** Has the call say what it consumes. */
export const asking = (body: Buffer): string =>
  JSON.stringify({ ...JSON.parse(body.toString()), ReturnConsumedCapacity: "TOTAL" });

export function consumedBy({ caller, target }: Ordered, answer: Answer): Consumed {
  // the answer of a call that asked for it
  const { ConsumedCapacity = [] } = JSON.parse(answer.body.toString()) as {
    ConsumedCapacity?: Charged | Charged[];
  };
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  const reads = READS.has(target.action);
  return {
    caller,
    action: target.action,
    resources: target.resources,
    leadingKeys: target.leadingKeys ?? [],
    readUnits: reads ? Math.max(LEAST_READ, units) : 0,
    writeUnits: reads ? 0 : units,
  };
}
