import { RejectedRecordsException } from "@aws-sdk/client-timestream-write";
import { Unavailable, type VigieError } from "../../core/errors.ts";
import { fromAws } from "../aws/errors.ts";
import type { Rejected } from "../metrics/rejected.ts";
import type { WriteCall } from "./calls.ts";

/** What has to be done about an answer that no repeat changes, by the error's name. */
const advice: Record<string, string> = {
  AccessDeniedException:
    "the function's role has to allow timestream:WriteRecords on the table and timestream:DescribeEndpoints on `*`, " +
    "and the account has to be one of those that used Timestream for LiveAnalytics before 2025-06-20",
  ResourceNotFoundException: "database or table does not exist: deploy again",
  ValidationException: "it does not understand what was sent",
};

/** A failed endpoint discovery wraps what really happened. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error) || !("reason" in error)) return error;
  return error.reason instanceof Error ? error.reason : error;
}

/**
 * Any error of the client but RejectedRecordsException, in our words. All are Unavailable, since the records are as
 * good as before: they wait until somebody has done what the message says, or end in the dead letters.
 */
export function writeFault(error: unknown): VigieError {
  const cause = causeOf(error);
  const hint = cause instanceof Error ? advice[cause.name] : undefined;
  if (hint === undefined)
    return new Unavailable(fromAws(cause, "Timestream took no measurements").message, { cause });
  return new Unavailable(
    `Timestream took no measurements: ${hint} (${String(Reflect.get(Object(cause), "name"))}).`,
    {
      cause,
    },
  );
}

/**
 * The records of a call that were refused, or null for any other error. The others of the call are written. One that
 * exists already with other figures is none of them: the first write wins.
 */
export function rejectedOf(error: unknown, { records }: WriteCall): Rejected[] | null {
  if (!(error instanceof RejectedRecordsException) || error.RejectedRecords === undefined) return null;
  return error.RejectedRecords.flatMap(({ RecordIndex = 0, Reason, ExistingVersion }) => {
    const record = records[RecordIndex];
    if (record === undefined || ExistingVersion !== undefined) return [];
    return [{ record, reason: Reason ?? "it gave no reason" }];
  });
}
