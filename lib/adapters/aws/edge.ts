import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type { FaultPlace } from "./fault-log.ts";

/** A handler as Lambda calls it. */
export type Edge<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * The edge of a function that answers to a queue, a schedule or another function. What it throws is told with its code
 * and its causes, and thrown on: whoever invoked it tries again, or keeps it as a dead letter.
 */
export function atEdge<Event, Result>(
  handle: Edge<Event, Result>,
  tell: (error: unknown, place: FaultPlace) => void,
): Edge<Event, Result> {
  const edge = middy<Event, Result>(handle).onError(({ error }) => {
    tell(error, { what: "invocation" });
  });
  return (event, context) => edge(event, context);
}
