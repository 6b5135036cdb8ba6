import type { Endpoint, FlappingSettings, MaintenanceWindow } from "../endpoint/endpoint.ts";

/** An endpoint's alert policy with every default laid: what the step decides by. Durations in ms. */
export interface Policy {
  org: string;
  endpointId: string;
  /** The endpoint's name, or else its URL. */
  website: string;
  /** Changes whenever url or expectations do: then the window restarts. */
  revision: string;
  intervalMs: number;
  threshold: number;
  windowMs: number;
  /** Outcomes a full window holds: floor(window / interval), at least 2. */
  expected: number;
  confirm: number;
  quorum: "majority" | number;
  /** Every region that is configured to check the endpoint. */
  regions: string[];
  degradedAfterMs: number;
  /** 0 means off. */
  reminderEveryMs: number;
  flapping: FlappingSettings | null;
  maintenance: MaintenanceWindow[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DEFAULT_FLAPPING: FlappingSettings = { changes: 4, withinMs: HOUR, quietMs: 30 * MINUTE };

/** The window in force: stretched to twice the interval, at most an hour or twice the interval. */
function windowOf(asked: number, intervalMs: number): number {
  return Math.min(Math.max(asked, 2 * intervalMs), Math.max(HOUR, 2 * intervalMs));
}

/** FNV-1a over UTF-16 code units: tells revisions apart, protects nothing. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(36);
}

/** What a check promises: a change of any of it makes older outcomes meaningless. */
function revisionOf(endpoint: Endpoint): string {
  const { url, method, headers, body, redirects, family, tls, expect } = endpoint;
  return fingerprint(JSON.stringify([url, method, headers, body, redirects, family, tls, expect]));
}

/**
 * Lays the defaults of an alert policy, those that depend on the interval and on how many regions check it.
 * Never fails: what contradicts itself was refused when the endpoint was parsed.
 */
export function policyOf(endpoint: Endpoint, regions: readonly string[]): Policy {
  const { alert, intervalMs } = endpoint;
  const windowMs = windowOf(alert.windowMs ?? 2 * MINUTE, intervalMs);
  return {
    org: endpoint.org,
    endpointId: endpoint.id,
    website: endpoint.name ?? endpoint.url,
    revision: revisionOf(endpoint),
    intervalMs,
    threshold: alert.threshold ?? 0.8,
    windowMs,
    expected: Math.max(2, Math.floor(windowMs / intervalMs)),
    confirm: alert.confirm ?? (regions.length > 1 ? 1 : 2),
    quorum: alert.quorum ?? "majority",
    regions: [...regions],
    degradedAfterMs: alert.degradedAfterMs ?? 2 * windowMs,
    reminderEveryMs: alert.reminderEveryMs ?? 0,
    flapping: alert.flapping === "off" ? null : (alert.flapping ?? DEFAULT_FLAPPING),
    maintenance: alert.maintenance ?? [],
  };
}
