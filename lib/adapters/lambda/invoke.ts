import { Unavailable, VigieError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";
import { type Credentials, makeSignedRequest, mayPass, shown, took } from "../aws/signed-request.ts";

export interface InvokeOptions {
  functionName: string;
  region: string;
  /** Lambda's own in the region unless told. */
  endpoint?: string | undefined;
  credentials(): Promise<Credentials>;
  clock: Clock;
  /** How long one try may take (default 1,500). */
  tryMs?: number;
}

const TRY_MS = 1_500;
/** Before the second and the third try. */
const WAITS_MS = [150, 500];
/** As many as dispatch starts at a time. */
const CONNECTIONS = 50;

const endpointOf = (region: string): string =>
  `https://lambda.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;

/**
 * Starts a function and does not wait for its end. The answer says that Lambda has the event. Tried three times, which
 * may start it twice: a duplicate tick is harmless. The one call of Lambda that is needed, without its SDK's client:
 * that would be a tenth of the probe's bundle.
 * @throws Unavailable while Lambda is throttled or out of reach, `aws_refused` otherwise
 */
export function makeInvoke(options: InvokeOptions): (event: unknown) => Promise<void> {
  const { functionName, region, endpoint = endpointOf(region), clock, credentials, tryMs = TRY_MS } = options;
  const request = makeSignedRequest({
    url: `${endpoint}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    service: "lambda",
    region,
    credentials,
    clock,
    headers: { "x-amz-invocation-type": "Event" },
    tryMs,
    connections: CONNECTIONS,
  });
  return async (event) => {
    const body = JSON.stringify(event);
    let answer = await request(body, "kept");
    for (const waitMs of WAITS_MS) {
      if (took(answer) || !mayPass(answer)) break;
      await clock.sleep(waitMs);
      answer = await request(body, "new");
    }
    if (took(answer)) return;
    const words = `The function ${functionName} could not be started: ${shown(answer)}.`;
    throw mayPass(answer) ? new Unavailable(words) : new VigieError("aws_refused", words);
  };
}
