import { Unavailable, VigieError } from "../../core/errors.ts";

const THROTTLED = /throttl|too ?many ?requests|(limit|throughput) ?exceeded|slow ?down/i;

function statusOf(error: Error): number | null {
  const metadata: unknown = Reflect.get(error, "$metadata");
  if (typeof metadata !== "object" || metadata === null) return null;
  const status: unknown = Reflect.get(metadata, "httpStatusCode");
  return typeof status === "number" ? status : null;
}

const isRefusal = (status: number | null): boolean =>
  status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Whether the same call may succeed later: no answer came, or not to its end, or one that says "not now". */
export const mayPass = (error: unknown): boolean =>
  error instanceof Error && (!isRefusal(statusOf(error)) || THROTTLED.test(error.name));

/** Name, and status where an answer came: the rest may hold what was sent, and stays in the cause. */
function shownOf(error: unknown): string {
  if (!(error instanceof Error)) return "an error without a name";
  const status = statusOf(error);
  return status === null ? error.name : `${error.name}, status ${status}`;
}

/**
 * What an error of an AWS client means to us: Unavailable when the same call may succeed later, else `aws_refused`.
 * @param what a sentence without its full stop: "SNS took no message"
 */
export function fromAws(error: unknown, what: string): VigieError {
  const message = `${what} (${shownOf(error)}).`;
  if (mayPass(error)) return new Unavailable(message, { cause: error });
  return new VigieError("aws_refused", message, { cause: error });
}
