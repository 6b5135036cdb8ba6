import { json } from "../protocols.ts";
import type { Ordered, StandIn } from "../stand-in.ts";
import { type Answer, arn, lastOf, type Refusal, RefusedCall } from "../wire.ts";

/** An asynchronous invocation that waits for its turn. */
export interface Invoked {
  region: string;
  name: string;
  payload: unknown;
}

export interface Lambda extends StandIn {
  create(region: string, name: string): void;
  /** What was invoked since the last call, in order. */
  takeInvoked(): Invoked[];
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** Of an asynchronous payload. */
const MAX_BYTES = 1_048_576;

const asError = ({ status, code, message }: Refusal): Answer =>
  json({ Type: status < 500 ? "User" : "Service", Message: message, message }, status, {
    "x-amzn-errortype": code,
  });

export function makeLambda(): Lambda {
  const functions = new Set<string>();
  const invoked: Invoked[] = [];

  function invoke({ target, region, headers, body }: Ordered): Answer {
    const name = lastOf(target.resources[0] ?? "");
    if (!functions.has(`${region}/${name}`))
      throw new RefusedCall(
        "ResourceNotFoundException",
        `Function not found: ${arn("lambda", region, `function:${name}`)}`,
        404,
      );
    if (headers["x-amz-invocation-type"] !== "Event")
      throw new RefusedCall(
        "InvalidParameterValueException",
        "The stand-in invokes asynchronously only (InvocationType Event).",
      );
    if (body.length > MAX_BYTES)
      throw new RefusedCall("RequestTooLargeException", "Request must be smaller than 1048576 bytes", 413);
    invoked.push({ region, name, payload: JSON.parse(body.toString()) });
    return { ...json({}, 202), body: "" };
  }

  return {
    service: "lambda",
    recognise({ path, method, scope }) {
      const name = INVOKE.exec(path)?.[1];
      if (method !== "POST" || name === undefined) return null;
      const resource = arn("lambda", scope?.region ?? "", `function:${lastOf(decodeURIComponent(name))}`);
      return { action: "InvokeFunction", resources: [resource] };
    },
    perform: invoke,
    refuse: asError,
    refusals: {
      throttled: { status: 429, code: "TooManyRequestsException", message: "Rate Exceeded." },
      broken: {
        status: 500,
        code: "ServiceException",
        message: "An error occurred and the request cannot be processed.",
      },
    },
    create: (region, name) => functions.add(`${region}/${name}`),
    takeInvoked: () => invoked.splice(0),
  };
}
