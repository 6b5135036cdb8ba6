import {
  type Endpoint,
  type FlappingSettings,
  type MaintenanceWindow,
  titleOf,
} from "../endpoint/endpoint.ts";

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
/** ALERTING: 4 changes in 60 min, then silence until 30 min without one. */
export const DEFAULT_FLAPPING: FlappingSettings = { changes: 4, withinMs: HOUR, quietMs: 30 * MINUTE };

/** The longest window there may be at an interval. */
export const windowLimit = (intervalMs: number): number => Math.max(HOUR, 2 * intervalMs);

/** The window in force: 2 minutes unless asked otherwise, stretched to two intervals, at most the limit. */
export const windowOf = (asked: number | undefined, intervalMs: number): number =>
  Math.min(Math.max(asked ?? 2 * MINUTE, 2 * intervalMs), windowLimit(intervalMs));

/** Outcomes that a full window holds. */
export const expectedIn = (windowMs: number, intervalMs: number): number =>
  Math.max(2, Math.floor(windowMs / intervalMs));

/**
 * Why a quorum can't be with so many regions, as text; null when it can: one region of several must not decide,
 * and more than there are would never be reached.
 */
export function quorumProblem(quorum: "majority" | number, regions: number): string | null {
  if (quorum === "majority") return null;
  if (quorum > regions)
    return `is more than the ${regions} ${regions === 1 ? "region" : "regions"} there are`;
  return regions > 1 && quorum < 2 ? "has to be at least 2 with several regions" : null;
}

/** Regions come and go after an endpoint was written: a quorum is kept within what they can reach. */
function quorumOf(asked: "majority" | number, regions: number): "majority" | number {
  if (asked === "majority") return asked;
  return Math.min(Math.max(asked, regions > 1 ? 2 : 1), Math.max(1, regions));
}

/** FNV-1a over UTF-16 code units: tells revisions apart, protects nothing. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(36);
}

/** What a check promises: a change of any of it makes older outcomes meaningless. */
function revisionOf(endpoint: Endpoint): string {
  const { url, method, headers, auth, body, redirects, family, tls, expect } = endpoint;
  return fingerprint(JSON.stringify([url, method, headers, auth, body, redirects, family, tls, expect]));
}

/** Those of the configured regions that check it; all of them where it names only such as are gone. */
function regionsOf({ regions }: Endpoint, configured: readonly string[]): string[] {
  const chosen = configured.filter((region) => regions?.includes(region));
  return chosen.length > 0 ? chosen : [...configured];
}

/**
 * Lays the defaults of an alert policy, those that depend on the interval and on how many regions check it.
 * Never fails: what contradicts itself was refused when the endpoint was parsed.
 */
export function policyOf(endpoint: Endpoint, configured: readonly string[]): Policy {
  const { alert, intervalMs } = endpoint;
  const regions = regionsOf(endpoint, configured);
  const windowMs = windowOf(alert.windowMs, intervalMs);
  return {
    org: endpoint.org,
    endpointId: endpoint.id,
    website: titleOf(endpoint),
    revision: revisionOf(endpoint),
    intervalMs,
    threshold: alert.threshold ?? 0.8,
    windowMs,
    expected: expectedIn(windowMs, intervalMs),
    confirm: alert.confirm ?? (regions.length > 1 ? 1 : 2),
    quorum: quorumOf(alert.quorum ?? "majority", regions.length),
    regions,
    degradedAfterMs: alert.degradedAfterMs ?? 2 * windowMs,
    reminderEveryMs: alert.reminderEveryMs ?? 0,
    flapping: alert.flapping === "off" ? null : (alert.flapping ?? DEFAULT_FLAPPING),
    maintenance: alert.maintenance ?? [],
  };
}
