/**
 * The parsed form of an endpoint: defaults laid, durations in milliseconds. `schema.ts` turns what people
 * write (`interval: 60s`) into it and back. Secrets stay references (`${NAME}`) until a check is made.
 */
export interface Endpoint {
  /** Letters, digits, `-`, `_`, `.`; at most 64; unique in the organization. */
  id: string;
  org: string;
  name?: string;
  group?: string;
  /** `http:`, `https:` or `tcp://host:port`, as written but without user info. */
  url: string;
  method: string;
  headers: Record<string, string>;
  /** Only while user or password refer to secrets: `resolveSecrets` turns it into an Authorization header. */
  auth?: BasicAuth;
  body?: string;
  /** 10, 15, 20 or 30 s, or whole minutes up to 24 h. */
  intervalMs: number;
  timeoutMs: number;
  /** The only regions that check it; absent: all there are. */
  regions?: string[];
  family: "any" | "4" | "6" | "both";
  /** How many redirects are followed; 0 means that a redirect is the answer. */
  redirects: number;
  tls: TlsExpectation;
  expect: Expectation;
  apdexTargetMs: number;
  alert: AlertSettings;
  tags: Record<string, string>;
  enabled: boolean;
}

/** HTTP Basic authentication (RFC 7617). */
export interface BasicAuth {
  user: string;
  password: string;
}

export interface TlsExpectation {
  /** Verify the chain and the name (default true). */
  verify: boolean;
  /** Fail as `expect.certificate` when the certificate lives shorter than this many days. */
  minDaysLeft?: number;
}

export interface StatusRange {
  from: number;
  to: number;
}

export interface JsonExpectation {
  /** RFC 9535 JSONPath. */
  path: string;
  /** Compared with the first node found; without it the path has to exist. */
  equals?: string | number | boolean | null;
}

export interface HeaderExpectation {
  name: string;
  /** The exact value; or `matches`, a linear-time regular expression; or neither: the header has to exist. */
  equals?: string;
  matches?: string;
}

export interface Expectation {
  /** Any of these; empty for protocols without a status. */
  status: StatusRange[];
  bodyContains?: string;
  /** A regular expression, run in linear time (RE2 syntax). */
  bodyMatches?: string;
  json: JsonExpectation[];
  headers: HeaderExpectation[];
  maxResponseMs?: number;
}

/** What the owner said about alerts; absent fields take defaults that depend on interval and regions (alert/policy.ts). */
export interface AlertSettings {
  threshold?: number;
  windowMs?: number;
  retries?: number;
  retryWaitsMs?: number[];
  confirm?: number;
  quorum?: "majority" | number;
  degradedAfterMs?: number;
  /** 0 means off. */
  reminderEveryMs?: number;
  flapping?: FlappingSettings | "off";
  maintenance?: MaintenanceWindow[];
}

export interface FlappingSettings {
  /** Changes to or from down … */
  changes: number;
  /** … within this time start a flapping period … */
  withinMs: number;
  /** … which ends after this time without a change. */
  quietMs: number;
}

export interface MaintenanceWindow {
  name?: string;
  /** Wall-clock start in `timeZone`, `2026-11-20T02:00`. */
  start: string;
  durationMs: number;
  /** IANA name. */
  timeZone: string;
  recurrence?: Recurrence;
}

export interface Recurrence {
  every: "day" | "week" | "month";
  /** With `week`: days on which it starts; default the start's own. */
  days?: Weekday[];
  /** Wall-clock date, inclusive: `2027-01-31`. */
  until?: string;
}

export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** How people see an endpoint: its name, or else its URL. */
export const titleOf = (endpoint: Pick<Endpoint, "name" | "url">): string => endpoint.name ?? endpoint.url;
