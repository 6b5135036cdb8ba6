import type { Hop, Measurement, Timings, TlsFacts } from "../../../lib/core/check/measurement.ts";

/** Times are kept to the microsecond: finer is noise. */
const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
const orNull = (ms: number | null): number | null => (ms === null ? null : rounded(ms));

const timingsOf = (timings: Timings) => ({
  dnsMs: orNull(timings.dnsMs),
  connectMs: orNull(timings.connectMs),
  tlsMs: orNull(timings.tlsMs),
  firstByteMs: orNull(timings.firstByteMs),
  transferMs: orNull(timings.transferMs),
  totalMs: rounded(timings.totalMs),
});

const tlsOf = (tls: TlsFacts | null) =>
  tls === null ? null : { protocol: tls.protocol, validTo: tls.validTo };

const hopOf = (hop: Hop) => ({
  url: hop.url,
  status: hop.status,
  timings: timingsOf(hop.timings),
  remote: hop.remote,
  tls: tlsOf(hop.tls),
});

/** One measurement as `check --json` prints it, one object a line; `type`, `phase` and `message` are null when ok. */
export function checkJson(url: string, measurement: Measurement) {
  const failure = measurement.outcome === "ok" ? null : measurement.outcome;
  return {
    url,
    ok: failure === null,
    type: failure?.type ?? null,
    phase: failure?.phase ?? null,
    message: failure?.message ?? null,
    status: measurement.status,
    timings: timingsOf(measurement.timings),
    hops: measurement.hops.map(hopOf),
    remote: measurement.remote,
    tls: tlsOf(measurement.tls),
    bytes: measurement.bytes,
    flags: measurement.flags,
  };
}
