import type { AlertState } from "../../lib/core/alert/state.ts";
import { failure } from "../../lib/core/check/outcome.ts";
import type { CheckRecord } from "../../lib/core/check/record.ts";
import { bareEndpoint } from "../../lib/core/endpoint/bare.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import type { Bucket } from "../../lib/core/history/bucket.ts";
import type { Incident, SentMessage } from "../../lib/core/incident/incident.ts";

/** A whole minute, hour and day (UTC): 2026-11-20T00:00:00Z. */
export const T0 = Date.UTC(2026, 10, 20);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const ORG = "acme";
export const OTHER_ORG = "globex";

export const endpointSample = (id: string, changes: Partial<Endpoint> = {}): Endpoint =>
  bareEndpoint(id, `https://${id}.example/`, { org: ORG, ...changes });

/** Every optional field set, and texts that need care: quotes, line breaks, other scripts, a null character. */
export const fullEndpoint = (id: string): Endpoint =>
  endpointSample(id, {
    name: `L'été "à" 東京\n\u0000😀`,
    group: "shops",
    method: "POST",
    headers: { "X-Key": "$" + "{KEY}", "Content-Type": "application/json" },
    body: '{"a":"b"}',
    tls: { verify: false, minDaysLeft: 14 },
    expect: {
      status: [{ from: 200, to: 204 }],
      bodyContains: "ok",
      bodyMatches: "^o+k$",
      json: [{ path: "$.a", equals: null }, { path: "$.b" }],
      headers: [{ name: "etag", matches: "^W/" }],
      maxResponseMs: 800,
    },
    alert: {
      threshold: 0.5,
      windowMs: 600_000,
      retries: 0,
      retryWaitsMs: [],
      confirm: 3,
      quorum: 2,
      degradedAfterMs: 0,
      reminderEveryMs: HOUR,
      flapping: "off",
      maintenance: [
        {
          start: "2026-11-20T02:00",
          durationMs: HOUR,
          timeZone: "Europe/Paris",
          recurrence: { every: "week", days: ["sun"], until: "2027-01-31" },
        },
      ],
    },
    tags: { team: "Ω" },
  });

export const recordSample = (changes: Partial<CheckRecord> = {}): CheckRecord => ({
  org: ORG,
  endpointId: "shop",
  region: "paris",
  scheduledAt: T0,
  startedAt: T0 + 137,
  outcome: "ok",
  status: 200,
  dnsMs: 1.25,
  connectMs: 10.5,
  tlsMs: 21.125,
  firstByteMs: 101.001,
  transferMs: 0.5,
  totalMs: 134.376,
  bytes: 15_234,
  flags: [],
  ...changes,
});

export const failedRecord = (changes: Partial<CheckRecord> = {}): CheckRecord =>
  recordSample({
    outcome: failure("tcp.refused", "connection refused by 192.0.2.1:443"),
    status: null,
    connectMs: null,
    tlsMs: null,
    firstByteMs: null,
    transferMs: null,
    totalMs: 3.25,
    bytes: 0,
    ...changes,
  });

export const stateSample = (endpointId: string, changes: Partial<AlertState> = {}): AlertState => ({
  schema: 1,
  org: ORG,
  endpointId,
  revision: "r1",
  windowStart: T0,
  regions: {
    paris: {
      failing: false,
      since: T0,
      outcomes: [{ region: "paris", scheduledAt: T0, outcome: "ok", totalMs: 12.5 }],
      lastVoteAt: T0,
      votingSince: null,
      asideSince: null,
    },
  },
  verdict: "up",
  since: T0,
  incident: null,
  effects: [],
  flapping: { changes: [], since: null, announcedDownAt: null, incidentId: null },
  ...changes,
});

export const messageSample = (effectId: string, changes: Partial<SentMessage> = {}): SentMessage => ({
  effectId,
  kind: "down",
  title: `Website ${effectId} is down.`,
  sentAt: T0,
  deliveries: [{ channel: "terminal", ok: true, at: T0 }],
  ...changes,
});

export const incidentSample = (id: string, changes: Partial<Incident> = {}): Incident => ({
  schema: 1,
  id,
  org: ORG,
  endpointId: "shop",
  website: "Shop",
  revision: 1,
  startedAt: T0,
  endedAt: null,
  closed: null,
  worst: "down",
  verdict: "down",
  verdictSince: T0,
  availability: 0.5,
  firstFailure: {
    region: "paris",
    scheduledAt: T0,
    failure: failure("dns.name_not_resolved", "no such name"),
    totalMs: 2.5,
  },
  regions: [{ region: "paris", ok: 1, all: 2, failing: true, failingSince: T0, silent: false }],
  announced: [{ kind: "down", at: T0 }],
  messages: [],
  ...changes,
});

export const bucketSample = (changes: Partial<Bucket> = {}): Bucket => ({
  schema: 1,
  org: ORG,
  endpointId: "shop",
  region: "paris",
  size: "hour",
  start: T0,
  ok: 58,
  failed: 2,
  invalid: 1,
  satisfied: 50,
  tolerating: 8,
  frustrated: 2,
  status: { "200": 58, dns: 2 },
  response: { count: 58, sumMs: 7_801.5078125, maxMs: 301.123456789, sketch: "gSCoB" },
  firstByte: { count: 58, sumMs: 5_000.25, maxMs: 250.5, sketch: "fSCoB" },
  points: [
    [0, 1, 0, 1, 134.3828125],
    [1, 1, 0, 1, 130],
    [2, 0, 2, 0, 0],
    [59, 1, 0, 1, 250_000.5],
  ],
  ...changes,
});
