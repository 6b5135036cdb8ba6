import type { CheckRecord } from "../../core/check/record.ts";

/** What every sink calls a check: a measurement of InfluxDB, a measure name of Timestream. */
export const MEASUREMENT = "vigie_check";

/** One figure of a check. A field has one type for ever: databases refuse any other afterwards. */
export type Field =
  | { name: string; type: "float" | "integer"; value: number }
  | { name: string; type: "boolean"; value: boolean }
  | { name: string; type: "text"; value: string };

/**
 * A check as databases of time series see it: who it is about, when, and figures. Writing a point again replaces
 * the one of the same keys and time, so a write may be repeated.
 */
export interface Point {
  /** In order of names; none is empty. */
  keys: readonly (readonly [name: "endpoint" | "org" | "region", value: string])[];
  /** The tick, epoch ms. */
  at: number;
  /** Never empty. */
  fields: readonly Field[];
}

/** To the microsecond: what is measured is no finer. */
const toMicros = (ms: number): number => Math.round(ms * 1_000) / 1_000;

function floats(figures: Record<string, number | null>): Field[] {
  return Object.entries(figures).flatMap(([name, value]) =>
    value === null || !Number.isFinite(value)
      ? []
      : [{ name, type: "float" as const, value: toMicros(value) }],
  );
}

const texts = (words: Record<string, string | undefined>): Field[] =>
  Object.entries(words).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [{ name, type: "text" as const, value }],
  );

/** `ok` counts: its mean is the availability. What our own fault made worthless has none. */
function counts({ invalid, outcome, status, bytes }: CheckRecord): Field[] {
  const figures = {
    ...(invalid === undefined ? { ok: outcome === "ok" ? 1 : 0 } : {}),
    ...(status === null ? {} : { status }),
    bytes,
  };
  return Object.entries(figures).map(([name, value]) => ({ name, type: "integer" as const, value }));
}

/** The point of a record; docs/metrics.md says what each field means. */
export function pointOf(record: CheckRecord): Point {
  const { outcome, flags, invalid } = record;
  return {
    keys: [
      ["endpoint", record.endpointId],
      ["org", record.org],
      ["region", record.region],
    ],
    at: record.scheduledAt,
    fields: [
      ...counts(record),
      ...floats({
        total_ms: record.totalMs,
        dns_ms: record.dnsMs,
        connect_ms: record.connectMs,
        tls_ms: record.tlsMs,
        first_byte_ms: record.firstByteMs,
        transfer_ms: record.transferMs,
        late_ms: record.startedAt - record.scheduledAt,
      }),
      { name: "flagged", type: "boolean", value: flags.length > 0 },
      ...texts({
        outcome: outcome === "ok" ? "ok" : outcome.type,
        message: outcome === "ok" ? undefined : outcome.message,
        flags: [...flags].sort().join(" "),
        invalid,
      }),
    ],
  };
}
