import { judge } from "../core/check/expect.ts";
import { type Failure, failure, timeoutTypeOf } from "../core/check/outcome.ts";
import { InvalidInput } from "../core/errors.ts";
import { connect, placeOf, type Target } from "./connect.ts";
import { locate } from "./locate.ts";
import { measurementOf } from "./measure.ts";
import type { ProtocolCheck } from "./protocol.ts";
import { noticed, stepOf, type Trace, traceOf } from "./trace.ts";

const timedOut = (trace: Trace, place: string): Failure =>
  failure(timeoutTypeOf(stepOf(trace)), `timed out connecting to ${place}`);

/** Null when the connection was made; it is closed at once, nothing is sent. */
function knock(target: Target, trace: Trace, signal: AbortSignal): Promise<Failure | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Failure | null>();
  const onAbort = (): void => resolve(timedOut(trace, placeOf(target.remote, target.port)));
  const socket = connect(target, trace, { ready: () => resolve(null), failed: resolve, broken: reject });
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  });
}

/** `URL` keeps no port that a scheme has by default, and `tcp:` has none: so there always is one. */
function portOf(url: URL): number {
  const port = Number(url.port);
  if (port > 0) return port;
  const expected = "tcp://host:port";
  throw new InvalidInput([{ path: "url", expected, received: url.href, message: `expected ${expected}` }]);
}

/** Checks that something accepts connections at `tcp://host:port`; ok as soon as one is made. */
export const checkTcp: ProtocolCheck = async (endpoint, deps) => {
  const url = new URL(endpoint.url);
  const port = portOf(url);
  const startedAt = deps.now();
  const trace = traceOf(`tcp://${url.host}`, false, deps.loop);
  const place = await locate(url.hostname, trace, deps);
  const failed =
    "type" in place.remote
      ? place.remote
      : deps.signal.aborted
        ? timedOut(trace, url.host)
        : await knock({ remote: place.remote, port, tls: null }, trace, deps.signal);
  trace.endedAt = trace.connectedAt ?? noticed(trace);
  const outcome =
    failed ??
    judge(endpoint.expect, endpoint.tls, {
      status: null,
      headers: {},
      bodyText: null,
      bodyTruncated: false,
      totalMs: trace.endedAt - trace.startedAt,
      tlsFacts: null,
    });
  return measurementOf({
    outcome,
    startedAt,
    endedAt: deps.now(),
    hops: [trace],
    bytes: 0,
    retried: place.retried,
    publicTarget: place.isPublic,
  });
};
