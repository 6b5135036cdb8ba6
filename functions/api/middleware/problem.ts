import { STATUS_CODES } from "node:http";
import type { MiddlewareObj } from "@middy/core";
import {
  Conflict,
  type InputIssue,
  InvalidInput,
  NotFound,
  Refused,
  Unavailable,
  VigieError,
} from "../../../lib/core/errors.ts";
import type { ApiDeps, ApiEvent, ApiResponse } from "../deps.ts";
import { HttpRefusal } from "../http.ts";

/** A problem as RFC 9457 has it; `code` and `issues` are for machines, `requestId` finds our log line. */
interface Problem {
  status: number;
  code: string;
  detail: string;
  issues?: readonly InputIssue[];
  headers?: Readonly<Record<string, string>>;
}

/** Answers every error as `application/problem+json`. Faults of ours are reported to `onFault` and hidden. */
export function problems(onFault: ApiDeps["onFault"]): MiddlewareObj<ApiEvent, ApiResponse> {
  return {
    onError: (request) => {
      const { event, context, error } = request;
      const requestId = requestIdOf(event, context);
      const problem = problemOf(error);
      if (problem.status >= 500)
        onFault(error, {
          requestId,
          method: event.requestContext?.http?.method ?? "",
          path: event.requestContext?.http?.path ?? "",
        });
      request.response = responseOf(problem, requestId); // returned, it would keep the middlewares before from adding theirs
    },
  };
}

function requestIdOf(event: ApiEvent, context: unknown): string {
  const fromEvent = event.requestContext?.requestId;
  if (typeof fromEvent === "string") return fromEvent;
  const known = typeof context === "object" && context !== null && "awsRequestId" in context;
  return known ? String(context.awsRequestId) : "unknown";
}

function responseOf({ status, headers, ...members }: Problem, requestId: string): ApiResponse {
  return {
    statusCode: status,
    headers: {
      "content-type": "application/problem+json; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
    body: JSON.stringify({
      type: "about:blank",
      title: STATUS_CODES[status] ?? "Error",
      status,
      ...members,
      requestId,
    }),
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof HttpRefusal)
    return { status: error.status, code: error.code, detail: error.message, headers: error.headers };
  if (error instanceof InvalidInput)
    return { status: 400, code: error.code, detail: error.message, issues: error.issues };
  if (error instanceof Unavailable)
    return {
      status: 503,
      code: error.code,
      detail: "A store can't be reached now; try again shortly.",
      headers: { "retry-after": "5" },
    };
  return error instanceof VigieError ? ofOurs(error) : ofMiddy(error);
}

function ofOurs(error: VigieError): Problem {
  const status =
    error instanceof NotFound ? 404 : error instanceof Conflict || error instanceof Refused ? 409 : 500;
  return status === 500 ? hidden : { status, code: error.code, detail: error.message };
}

/** What the JSON body parser refuses; anything else is our fault. */
function ofMiddy(error: unknown): Problem {
  const status =
    typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : 500;
  if (status === 415)
    return { status, code: "unsupported_media_type", detail: "Send the body as application/json." };
  if (status !== 422) return hidden;
  const issue = { path: "", expected: "a JSON document", received: "something else" };
  const detail = "The body is not valid JSON.";
  return { status: 400, code: "invalid_input", detail, issues: [{ ...issue, message: detail }] };
}

const hidden: Problem = {
  status: 500,
  code: "internal",
  detail: "Something went wrong on our side; the request id finds it in our log.",
};
