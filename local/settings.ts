import type { InfluxAuth } from "../lib/adapters/influxdb/auth.ts";
import type { Endpoint } from "../lib/core/endpoint/endpoint.ts";
import type { Retention } from "../lib/core/history/retention.ts";

/** What `vigie.yaml` says once parsed: defaults laid, durations in ms, `${NAME}` in endpoints still references. */
export interface Settings {
  endpoints: Endpoint[];
  /** Name of this vantage point (default `local`). */
  region: string;
  /** Public URLs that tell our own network's fault from a target's. */
  canaries: string[];
  /** Whether targets at private addresses may be checked. */
  egress: "any" | "public";
  /** `dns`: c-ares; `system`: getaddrinfo, for split DNS and `.local` names. */
  resolver: "dns" | "system";
  notify: NotifySettings;
  metrics: MetricsSettings;
  retention: Retention;
  dashboard: DashboardSettings;
}

export interface NotifySettings {
  webhooks: WebhookSettings[];
  email: EmailSettings | null;
}

/** Secrets are resolved here (they never reach a store); never print these. */
export interface WebhookSettings {
  name: string;
  url: string;
  /** Key of the HMAC-SHA256 signature; without it requests go unsigned. */
  secret?: string;
  headers: Record<string, string>;
}

export interface EmailSettings {
  /** smtp:// or smtps:// URL, credentials included. */
  smtp: string;
  from: string;
  to: string[];
}

/** Where measurements go besides, for people's own analysis. */
export interface MetricsSettings {
  influx: InfluxSettings | null;
}

/** Secrets are resolved here; never print these. */
export interface InfluxSettings {
  url: string;
  database: string;
  auth: InfluxAuth | null;
}

export interface DashboardSettings {
  /** How often the statistics of the past 10 minutes are refreshed. */
  recentEveryMs: number;
  /** How often those of the past hour are. */
  hourEveryMs: number;
}

/** The organization everything on one machine belongs to. */
export const LOCAL_ORG = "default";
