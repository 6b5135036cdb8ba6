/** The HTTP API's route into the queue: authorized by IAM, integrated with SQS itself, no function in between. */
import type { BoxClock } from "../clock.ts";
import { plain } from "../protocols.ts";
import { signatureFault } from "../signature.ts";
import type { Queue } from "../sqs/queue.ts";
import type { Ordered, StandIn } from "../stand-in.ts";
import { type Answer, API_ID, arn, RefusedCall } from "../wire.ts";

export const FAILURES_PATH = "/internal/failures";

export function makeApiGateway(clock: BoxClock, region: string, queue: () => Queue): StandIn {
  function perform(request: Ordered): Answer {
    const fault = signatureFault(request, "execute-api", region, clock.now());
    if (fault !== null) throw new RefusedCall("AccessDeniedException", fault, 403);
    const message = queue().send(request.body.toString());
    return plain(
      200,
      JSON.stringify({ SendMessageResponse: { SendMessageResult: { MessageId: message.id } } }),
    );
  }
  return {
    service: "execute-api",
    recognise: ({ method, path }) =>
      method === "POST" && path === FAILURES_PATH
        ? {
            action: "Invoke",
            resources: [arn("execute-api", region, `${API_ID}/$default/POST${FAILURES_PATH}`)],
          }
        : null,
    perform,
    refuse: ({ status, message }) => plain(status, JSON.stringify({ message })),
    refusals: {
      throttled: { status: 429, code: "TooManyRequests", message: "Too Many Requests" },
      broken: { status: 503, code: "ServiceUnavailable", message: "Service Unavailable" },
    },
  };
}
