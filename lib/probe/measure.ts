import type { Flag, Hop, Measurement } from "../core/check/measurement.ts";
import type { Outcome } from "../core/check/outcome.ts";
import { sumOf, type Trace, timingsOf } from "./trace.ts";

export interface Found {
  outcome: Outcome;
  /** Epoch ms. */
  startedAt: number;
  endedAt: number;
  hops: readonly Trace[];
  bytes: number;
  retried: boolean;
  publicTarget: boolean;
}

const hopOf = (trace: Trace): Hop => ({
  url: trace.url,
  status: trace.status,
  timings: timingsOf(trace),
  remote: trace.remote,
  tls: trace.tls,
});

const flagsOf = ({ retried, hops }: Found): Flag[] => {
  const flags: Flag[] = retried ? ["retried"] : [];
  return hops.some(({ late }) => late) ? [...flags, "delayed"] : flags;
};

/** From the first hop's start to the last one's end, on the monotonic clock. */
export const totalOf = (hops: readonly Trace[]): number =>
  (hops.at(-1)?.endedAt ?? 0) - (hops[0]?.startedAt ?? 0);

/** Puts one try into the form everything downstream reads: status, remote and TLS are the last hop's. */
export function measurementOf(found: Found): Measurement {
  const hops = found.hops.map(hopOf);
  const last = hops.at(-1);
  return {
    outcome: found.outcome,
    startedAt: found.startedAt,
    endedAt: found.endedAt,
    status: last?.status ?? null,
    timings: sumOf(
      hops.map((hop) => hop.timings),
      totalOf(found.hops),
    ),
    hops,
    remote: last?.remote ?? null,
    tls: last?.tls ?? null,
    bytes: found.bytes,
    tries: 1,
    flags: flagsOf(found),
    publicTarget: found.publicTarget,
  };
}
