import type { CheckRecord } from "../../core/check/record.ts";

/** A record that a sink will never take, and the sink's own word why. */
export interface Rejected {
  record: CheckRecord;
  reason: string;
}

/** Told of the records of one write that the sink refused; the others are written. Never throws. */
export type OnRejected = (rejected: readonly Rejected[]) => void;

const NAMED = 3;

const nameOf = ({ endpointId, region, scheduledAt }: CheckRecord): string =>
  `${endpointId} in ${region} at ${new Date(scheduledAt).toISOString()}`;

/** One line: how many, which (the first few), and each reason once. */
export function rejectedMessage(sink: string, rejected: readonly Rejected[]): string {
  const named = rejected.slice(0, NAMED).map(({ record }) => nameOf(record));
  const more = rejected.length > NAMED ? ` and ${rejected.length - NAMED} more` : "";
  const reasons = [...new Set(rejected.map(({ reason }) => reason))].slice(0, NAMED);
  return (
    `${sink} refused ${rejected.length} ${rejected.length === 1 ? "measurement" : "measurements"}` +
    ` (${named.join(", ")}${more}): ${reasons.join("; ")}. They are not sent again; the history has them.`
  );
}
