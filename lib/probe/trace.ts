import type { PhaseTimings, Remote, Timings, TlsFacts } from "../core/check/measurement.ts";
import type { Step } from "../core/check/outcome.ts";
import type { Lateness } from "./loop-delay.ts";

/**
 * Stamps of one hop, in ms of the monotonic clock (`performance.now()`); null until the moment came.
 * Written by whoever sees the event, so that no stamp waits for a promise.
 */
export interface Trace {
  readonly url: string;
  readonly startedAt: number;
  /** The host is an address: there is no lookup to time. */
  literal: boolean;
  secure: boolean;
  resolvedAt: number | null;
  connectingAt: number | null;
  connectedAt: number | null;
  securedAt: number | null;
  sentAt: number | null;
  firstByteAt: number | null;
  endedAt: number | null;
  status: number | null;
  remote: Remote | null;
  tls: TlsFacts | null;
  readonly loop: Lateness;
  /** The latest stamp of any kind: nothing that is noticed next can have come before it. */
  stampedAt: number;
  /** One of the stamps was taken late. */
  late: boolean;
}

/** The monotonic clock that every stamp is read from, in ms. */
export const stamp = (): number => performance.now();

export function traceOf(url: string, secure: boolean, loop: Lateness): Trace {
  const startedAt = stamp();
  return {
    url,
    startedAt,
    literal: false,
    secure,
    resolvedAt: null,
    connectingAt: null,
    connectedAt: null,
    securedAt: null,
    sentAt: null,
    firstByteAt: null,
    endedAt: null,
    status: null,
    remote: null,
    tls: null,
    loop,
    stampedAt: startedAt,
    late: false,
  };
}

/** The stamp of what we do ourselves: never late. */
export function acted(trace: Trace): number {
  trace.stampedAt = stamp();
  return trace.stampedAt;
}

/** The stamp of what happened to us, an answer or a time-out; says on the trace when it is late. */
export function noticed(trace: Trace): number {
  const at = stamp();
  if (trace.loop.isLate(trace.stampedAt, at)) trace.late = true;
  trace.stampedAt = at;
  return at;
}

/** The step a hop is in, or was in when it ended. */
export function stepOf(trace: Trace): Step {
  if (trace.resolvedAt === null) return "dns";
  if (trace.connectedAt === null) return "connect";
  if (trace.secure && trace.securedAt === null) return "tls";
  return trace.firstByteAt === null ? "firstByte" : "transfer";
}

/** A step that began and never finished lasted until the hop ended: that is the evidence of a time-out. */
const lasted = (from: number | null, to: number | null, end: number): number | null =>
  from === null ? null : (to ?? end) - from;

/** The timings of one hop; `endedAt` has to be set. */
export function timingsOf(trace: Trace): Timings {
  const end = trace.endedAt ?? stamp();
  return {
    dnsMs: trace.literal ? null : lasted(trace.startedAt, trace.resolvedAt, end),
    connectMs: lasted(trace.connectingAt, trace.connectedAt, end),
    tlsMs: trace.secure ? lasted(trace.connectedAt, trace.securedAt, end) : null,
    firstByteMs: lasted(trace.sentAt, trace.firstByteAt, end),
    transferMs: lasted(trace.firstByteAt, null, end),
    totalMs: end - trace.startedAt,
  };
}

const PHASES = [
  "dnsMs",
  "connectMs",
  "tlsMs",
  "firstByteMs",
  "transferMs",
] as const satisfies readonly (keyof PhaseTimings)[];

/** The phases of all hops added up; null where no hop had the phase. `totalMs` is what the clock said. */
export function sumOf(hops: readonly Timings[], totalMs: number): Timings {
  const sum: Timings = {
    dnsMs: null,
    connectMs: null,
    tlsMs: null,
    firstByteMs: null,
    transferMs: null,
    totalMs,
  };
  for (const hop of hops)
    for (const phase of PHASES) {
      const ms = hop[phase];
      if (ms !== null) sum[phase] = (sum[phase] ?? 0) + ms;
    }
  return sum;
}
