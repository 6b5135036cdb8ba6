import { DEFAULT_FLAPPING } from "../alert/policy.ts";
import { compact } from "./compact.ts";
import { parseDuration } from "./duration.ts";
import type {
  AlertSettings,
  BasicAuth,
  Endpoint,
  Expectation,
  FlappingSettings,
  HeaderExpectation,
  MaintenanceWindow,
  StatusRange,
  TlsExpectation,
} from "./endpoint.ts";
import { referencesIn } from "./references.ts";
import { slugOf } from "./slug.ts";
import { parseStatus } from "./status.ts";
import { readTarget, type Target } from "./target.ts";
import type { WrittenEndpoint } from "./written.ts";

const MINUTE = 60_000;

type Written<K extends keyof WrittenEndpoint> = NonNullable<WrittenEndpoint[K]>;

/** Gives a valid written form its defaults and the domain's shape. What rules.ts refuses passes here. */
export function toEndpoint(written: WrittenEndpoint, org: string): Endpoint {
  const target = targetOf(written.url);
  const intervalMs = ms(written.interval) ?? MINUTE;
  const auth = written.auth ?? target.auth;
  return compact<Endpoint>({
    id: written.id ?? slugOf(written.name, target.url),
    org,
    name: written.name,
    group: written.group,
    url: target.url,
    method: methodOf(written),
    headers: { ...written.headers, ...headerFor(auth) },
    auth: auth !== null && refers(auth) ? auth : undefined,
    body: written.body,
    intervalMs,
    timeoutMs: ms(written.timeout) ?? (intervalMs < MINUTE ? 4_000 : 10_000),
    regions: written.regions === undefined ? undefined : [...new Set(written.regions)].sort(),
    family: String(written.family ?? "any") as Endpoint["family"], // the schema allows these texts and 4 and 6
    redirects: written.redirects ?? 5,
    tls: compact<TlsExpectation>({
      verify: written.tls?.verify ?? true,
      minDaysLeft: written.tls?.minDaysLeft,
    }),
    expect: expectationOf(written.expect ?? {}, target.protocol),
    apdexTargetMs: ms(written.apdexTarget) ?? 500,
    alert: alertOf(written),
    tags: tagsOf(written.tags ?? {}),
    enabled: written.enabled ?? true,
  });
}

/** The schema lets no text pass that is no duration: so only what is absent stays undefined. */
const ms = (text = ""): number | undefined => parseDuration(text) ?? undefined;

function targetOf(url: string): Target {
  const target = readTarget(url);
  if (typeof target === "string") throw new Error(`the schema let a URL pass that ${target}`);
  return target;
}

const knownMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Methods are case-sensitive, but `get` is never meant otherwise. A body without a method is posted, as curl does. */
function methodOf({ method, body }: WrittenEndpoint): string {
  if (method === undefined) return body === undefined ? "GET" : "POST";
  const upper = method.toUpperCase();
  return knownMethods.includes(upper) ? upper : method;
}

const refers = ({ user, password }: BasicAuth): boolean => referencesIn(user + password).length > 0;

const headerFor = (auth: BasicAuth | null): Record<string, string> =>
  auth === null || refers(auth) ? {} : { Authorization: basic(auth) };

/** The value of an Authorization header (RFC 7617, UTF-8). */
export function basic({ user, password }: BasicAuth): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

function expectationOf(written: Written<"expect">, protocol: Target["protocol"]): Expectation {
  const { body, headers, maxResponse, status } = written;
  const statuses = status === undefined ? defaultStatus(protocol) : [status].flat().map(rangeOf);
  return compact<Expectation>({
    status: statuses,
    bodyContains: body?.contains,
    bodyMatches: body?.matches,
    json: (body?.json ?? []).map((json) => compact({ ...json })),
    headers: headersOf(headers ?? []),
    maxResponseMs: ms(maxResponse),
  });
}

const defaultStatus = (protocol: Target["protocol"]): StatusRange[] =>
  protocol === "tcp" ? [] : [{ from: 200, to: 399 }];

function rangeOf(written: string | number): StatusRange {
  const range = parseStatus(written);
  if (range === null) throw new Error(`the schema let the status ${written} pass`);
  return range;
}

function headersOf(written: NonNullable<Written<"expect">["headers"]>): HeaderExpectation[] {
  if (Array.isArray(written))
    return written.map(({ name, equals, matches }) => compact<HeaderExpectation>({ name, equals, matches }));
  return Object.entries(written).map(([name, value]) => {
    if (value === true) return { name };
    return typeof value === "string" ? { name, equals: value } : { name, matches: value.matches };
  });
}

function alertOf({ alert = {}, retries, retryWaits }: WrittenEndpoint): AlertSettings {
  const { reminderEvery, flapping, maintenance } = alert;
  return compact<AlertSettings>({
    threshold: alert.threshold,
    windowMs: ms(alert.window),
    retries,
    retryWaitsMs: retryWaits?.map((wait) => ms(wait)).filter((wait) => wait !== undefined),
    confirm: alert.confirm,
    quorum: alert.quorum,
    degradedAfterMs: ms(alert.degradedAfter),
    reminderEveryMs: reminderEvery === "off" ? 0 : ms(reminderEvery),
    flapping: flapping === undefined || flapping === "off" ? flapping : flappingOf(flapping),
    maintenance: maintenance?.map(maintenanceOf),
  });
}

type WrittenFlapping = Exclude<NonNullable<Written<"alert">["flapping"]>, "off">;

const flappingOf = ({ changes, within, quiet }: WrittenFlapping): FlappingSettings => ({
  changes: changes ?? DEFAULT_FLAPPING.changes,
  withinMs: ms(within) ?? DEFAULT_FLAPPING.withinMs,
  quietMs: ms(quiet) ?? DEFAULT_FLAPPING.quietMs,
});

type WrittenMaintenance = NonNullable<Written<"alert">["maintenance"]>[number];

const maintenanceOf = ({
  name,
  start,
  duration,
  timeZone,
  recurrence,
}: WrittenMaintenance): MaintenanceWindow =>
  compact<MaintenanceWindow>({
    name,
    start,
    durationMs: ms(duration),
    timeZone,
    recurrence: recurrence === undefined ? undefined : compact({ ...recurrence }),
  });

const tagsOf = (written: Written<"tags">): Record<string, string> =>
  Array.isArray(written) ? Object.fromEntries(written.map((tag) => [tag, ""])) : { ...written };
