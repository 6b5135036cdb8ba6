import { open } from "node:fs/promises";
import { DEFAULT_CANARIES } from "../../lib/core/check/canary.ts";
import { parseDuration } from "../../lib/core/endpoint/duration.ts";
import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { issuesOf } from "../../lib/core/endpoint/issues.ts";
import { parseEndpoint } from "../../lib/core/endpoint/schema.ts";
import { writtenEndpoint } from "../../lib/core/endpoint/written.ts";
import { type InputIssue, InvalidInput, VigieError } from "../../lib/core/errors.ts";
import { toRetention } from "../../lib/core/history/retention.ts";
import { LOCAL_ORG, type Settings } from "../settings.ts";
import { parseSource, type SourceDocument } from "./document.ts";
import { type EndpointSection, parseEndpoints } from "./endpoints.ts";
import { placed, withHint } from "./issues.ts";
import { isMap, type PlainMap } from "./merge.ts";
import { metricsOf, metricsSection } from "./metrics.ts";
import { notifyOf, notifySection } from "./notify.ts";
import { type FileBasics, fileSchema } from "./schema.ts";
import { parseSecretSection } from "./secret-section.ts";
import type { Env } from "./secrets.ts";

const DEFAULT_REGION = "local";

/** More than ten thousand endpoints need; what is larger is not a configuration. */
const FILE_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Reads a configuration file, YAML or JSON, strictly. Secrets of `notify` and `metrics` come from `env`; those of
 * endpoints stay references, but have to exist.
 * @throws InvalidInput with every issue found: file, line, column, path, what was expected and received
 * @throws VigieError `config_unreadable` when the file can't be read
 */
export async function loadConfig(path: string, env: Env): Promise<Settings> {
  return parseConfig(await readLimited(path), path, env);
}

/** `loadConfig` of a text that was read already; `file` is how errors call it. */
export function parseConfig(text: string, file: string, env: Env): Settings {
  const { source, value } = parseMap(text, file);
  const basics = fileSchema.safeParse(value);
  const endpoints = parseEndpoints(sectionOf(value), source, { regions: { regions: 1 }, secrets: env });
  const notify = parseSecretSection(notifySection, value, source, env);
  const metrics = parseSecretSection(metricsSection, value, source, env);
  const shape = shapeIssues(basics, source, value);
  const issues = [...shape, ...endpoints.issues, ...notify.issues, ...metrics.issues];
  if (!basics.success || issues.length > 0) throw new InvalidInput(inOrder(issues));
  return {
    ...settingsOf(basics.data, endpoints.endpoints),
    notify: notifyOf(notify.data ?? {}),
    metrics: metricsOf(metrics.data ?? {}),
  };
}

/** What of a configuration can be taken to an installation elsewhere. */
export interface Declared {
  endpoints: Endpoint[];
  /** Keys at the top of the file that stay behind: they are about the machine that `vigie start` runs on. */
  leftBehind: string[];
}

/** What is read by `loadDeclared`; `defaults` is in the endpoints already. */
const taken = new Set(["$schema", "defaults", "endpoints"]);

/**
 * Reads the endpoints of a configuration file for an installation with these regions. Nothing in them may refer to
 * secrets: those are this machine's.
 * @throws as loadConfig
 */
export async function loadDeclared(path: string, regionNames: readonly string[]): Promise<Declared> {
  const { source, value } = parseMap(await readLimited(path), path);
  const basics = fileSchema.safeParse(value);
  const { endpoints, issues } = parseEndpoints(sectionOf(value), source, {
    regions: { regionNames },
    secrets: null,
  });
  const found = [...shapeIssues(basics, source, value), ...issues];
  if (found.length > 0) throw new InvalidInput(inOrder(found));
  return { endpoints, leftBehind: Object.keys(value).filter((key) => !taken.has(key)) };
}

function parseMap(text: string, file: string): { source: SourceDocument; value: PlainMap } {
  const source = parseSource(text, file);
  if (!isMap(source.value)) throw notAMap(source);
  return { source, value: source.value };
}

function shapeIssues(
  basics: ReturnType<typeof fileSchema.safeParse>,
  source: SourceDocument,
  value: PlainMap,
): InputIssue[] {
  const shape = basics.success ? [] : issuesOf(basics.error.issues, value, homeOf);
  return shape.map((issue) => placed(withHint(issue), source));
}

/** A setting of endpoints at the top of the file is one level too high. */
const homeOf = (key: string): string | null =>
  Object.hasOwn(writtenEndpoint.shape, key) ? "to each endpoint, or under `defaults`" : null;

function settingsOf(basics: FileBasics, endpoints: Endpoint[]): Settings {
  const { retention, dashboard } = basics;
  return {
    endpoints,
    region: basics.region ?? DEFAULT_REGION,
    canaries: basics.canaries ?? [...DEFAULT_CANARIES],
    egress: basics.egress ?? "any",
    resolver: basics.resolver ?? "dns",
    notify: notifyOf({}),
    metrics: metricsOf({}),
    retention: toRetention(retention ?? {}),
    dashboard: {
      recentEveryMs: msOf(dashboard?.recentEvery ?? "10s"),
      hourEveryMs: msOf(dashboard?.hourEvery ?? "60s"),
    },
  };
}

/** The schema let only durations through. */
function msOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new VigieError("internal", `"${text}" passed for a duration and is none.`);
  return ms;
}

/**
 * The settings for URLs given on the command line: all defaults. A URL given twice is watched once.
 * @throws InvalidInput when one is no URL that can be checked
 */
export function settingsFromUrls(urls: readonly string[]): Settings {
  const endpoints = new Map<string, Endpoint>();
  for (const url of new Set(urls)) {
    const endpoint = parseEndpoint({ url }, { org: LOCAL_ORG, regions: 1 });
    const id = freeId(endpoint.id, (taken) => endpoints.has(taken));
    endpoints.set(id, { ...endpoint, id });
  }
  return settingsOf({}, [...endpoints.values()]);
}

/** URLs that differ little may have the same id by default; here nobody can give them another. */
function freeId(id: string, isTaken: (id: string) => boolean): string {
  if (!isTaken(id)) return id;
  for (let number = 2; ; number++) {
    const next = `${id.slice(0, 60)}-${number}`;
    if (!isTaken(next)) return next;
  }
}

/** What of the endpoint section can be looked at, even when other things in the file are wrong. */
function sectionOf({ defaults, endpoints }: PlainMap): EndpointSection {
  return {
    defaults: isMap(defaults) ? defaults : {},
    endpoints: Array.isArray(endpoints)
      ? endpoints.map((entry: unknown) => (typeof entry === "string" || isMap(entry) ? entry : null))
      : [],
  };
}

function notAMap(source: SourceDocument): InvalidInput {
  const expected = "a map with `endpoints:`";
  const received = source.value === null ? "an empty file" : "something else";
  const message = `expected ${expected}, received ${received}`;
  return new InvalidInput([placed({ path: "", expected, received, message }, source)]);
}

const inOrder = (issues: readonly InputIssue[]): InputIssue[] =>
  issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));

async function readLimited(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    if (size <= FILE_LIMIT_BYTES) return await file.readFile("utf8");
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const limit = `${FILE_LIMIT_BYTES / 1024 / 1024} MB`;
  throw new VigieError("config_unreadable", `${path} is larger than ${limit}: that is no configuration.`);
}

const reasons: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EISDIR: "it is a directory",
};

function unreadable(path: string, cause: unknown): VigieError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return new VigieError("config_unreadable", `Can't read ${path}: ${reasons[code] ?? String(cause)}.`, {
    cause,
  });
}
