import type { RegionOutcome } from "../../lib/core/alert/state.ts";
import type { Measurement } from "../../lib/core/check/measurement.ts";
import { cut, failure } from "../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";

/** Where and for which tick a check was made. */
export interface Slot {
  region: string;
  /** Epoch ms. */
  scheduledAt: number;
}

/** What is written down of a reason: an error's message may be of any length. */
const REASON_LIMIT = 200;

/** What is kept of a measurement. `invalid`: why nobody is to blame for it; null when it counts. */
export function recordOf(
  endpoint: Endpoint,
  slot: Slot,
  found: Measurement,
  invalid: string | null,
): CheckRecord {
  return {
    org: endpoint.org,
    endpointId: endpoint.id,
    region: slot.region,
    scheduledAt: slot.scheduledAt,
    startedAt: found.startedAt,
    outcome: found.outcome,
    status: found.status,
    ...found.timings,
    bytes: found.bytes,
    flags: found.flags,
    ...(invalid === null ? {} : { invalid }),
  };
}

/** The record of a check that could not be made here: nobody is to blame. */
export function invalidRecord(endpoint: Endpoint, slot: Slot, startedAt: number, why: string): CheckRecord {
  return {
    org: endpoint.org,
    endpointId: endpoint.id,
    region: slot.region,
    scheduledAt: slot.scheduledAt,
    startedAt,
    outcome: failure("unknown", why),
    status: null,
    dnsMs: null,
    connectMs: null,
    tlsMs: null,
    firstByteMs: null,
    transferMs: null,
    totalMs: 0,
    bytes: 0,
    flags: [],
    invalid: cut(why, REASON_LIMIT),
  };
}

/** A record as it is posted to the alert rule; failures carry their phase timings as evidence. */
export function outcomeOf(record: CheckRecord): RegionOutcome {
  const { region, scheduledAt, outcome, totalMs, dnsMs, connectMs, tlsMs, firstByteMs, transferMs } = record;
  return {
    region,
    scheduledAt,
    outcome,
    totalMs,
    ...(outcome === "ok" ? {} : { timings: { dnsMs, connectMs, tlsMs, firstByteMs, transferMs } }),
    posted: true,
  };
}
