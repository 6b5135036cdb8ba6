import { compact } from "./compact.ts";
import { formatDuration } from "./duration.ts";
import type {
  AlertSettings,
  Endpoint,
  Expectation,
  HeaderExpectation,
  MaintenanceWindow,
} from "./endpoint.ts";
import { formatStatus } from "./status.ts";
import type { WrittenEndpoint } from "./written.ts";

/**
 * An endpoint in the form people write: `parseEndpoint` with the same organization gives the same endpoint again.
 * Defaults that don't depend on regions are spelled out; references to secrets stay references.
 */
export function renderEndpoint(endpoint: Endpoint): WrittenEndpoint {
  return compact<WrittenEndpoint>({
    id: endpoint.id,
    name: endpoint.name,
    group: endpoint.group,
    url: endpoint.url,
    ...(isTcp(endpoint) ? {} : renderHttp(endpoint)),
    interval: formatDuration(endpoint.intervalMs),
    timeout: formatDuration(endpoint.timeoutMs),
    retries: endpoint.alert.retries,
    retryWaits: endpoint.alert.retryWaitsMs?.map(formatDuration),
    regions: endpoint.regions,
    family: endpoint.family,
    expect: filled(renderExpectation(endpoint.expect)),
    apdexTarget: formatDuration(endpoint.apdexTargetMs),
    alert: filled(renderAlert(endpoint.alert)),
    tags: filled(endpoint.tags),
    enabled: endpoint.enabled,
  });
}

const isTcp = ({ url }: Endpoint): boolean => /^tcp:/i.test(url);

const renderHttp = ({ method, headers, auth, body, redirects, tls }: Endpoint) => ({
  method,
  headers: filled(headers),
  auth,
  body,
  redirects,
  tls: { ...tls },
});

/** Empty maps are left out. */
const filled = <T extends object>(map: T): T | undefined =>
  Object.keys(map).length === 0 ? undefined : { ...map };

function renderExpectation(expect: Expectation): NonNullable<WrittenEndpoint["expect"]> {
  const { bodyContains, bodyMatches, headers, json, maxResponseMs, status } = expect;
  return compact<NonNullable<WrittenEndpoint["expect"]>>({
    status: status.length === 0 ? undefined : renderStatuses(status.map(formatStatus)),
    body: filled(
      compact<NonNullable<NonNullable<WrittenEndpoint["expect"]>["body"]>>({
        contains: bodyContains,
        matches: bodyMatches,
        json: json.length === 0 ? undefined : json.map((one) => ({ ...one })),
      }),
    ),
    headers: headers.length === 0 ? undefined : headers.map((header): HeaderExpectation => ({ ...header })),
    maxResponse: optional(maxResponseMs),
  });
}

const renderStatuses = (statuses: (string | number)[]) => (statuses.length === 1 ? statuses[0] : statuses);

const optional = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : formatDuration(ms);

type WrittenAlert = NonNullable<WrittenEndpoint["alert"]>;

function renderAlert(alert: AlertSettings): WrittenAlert {
  return compact<WrittenAlert>({
    threshold: alert.threshold,
    window: optional(alert.windowMs),
    confirm: alert.confirm,
    quorum: alert.quorum,
    degradedAfter: optional(alert.degradedAfterMs),
    reminderEvery: alert.reminderEveryMs === 0 ? "off" : optional(alert.reminderEveryMs),
    flapping: renderFlapping(alert.flapping),
    maintenance: alert.maintenance?.map(renderMaintenance),
  });
}

function renderFlapping(flapping: AlertSettings["flapping"]): WrittenAlert["flapping"] {
  if (flapping === undefined || flapping === "off") return flapping;
  const { changes, withinMs, quietMs } = flapping;
  return { changes, within: formatDuration(withinMs), quiet: formatDuration(quietMs) };
}

const renderMaintenance = ({ durationMs, ...rest }: MaintenanceWindow) => ({
  ...rest,
  duration: formatDuration(durationMs),
});
