import type { Endpoint } from "../../lib/core/endpoint/endpoint.ts";
import { type ParseOptions, parseEndpoint } from "../../lib/core/endpoint/schema.ts";
import { resolveSecrets, secretNamesOf } from "../../lib/core/endpoint/secrets.ts";
import { type InputIssue, InvalidInput, VigieError } from "../../lib/core/errors.ts";
import { LOCAL_ORG } from "../settings.ts";
import type { SourceDocument } from "./document.ts";
import { type PlainIssue, placed, withHint } from "./issues.ts";
import { mergeDefaults, type PlainMap } from "./merge.ts";
import { type Env, missingSecret, noSecrets, pathOfSecret } from "./secrets.ts";
import { withSwitches } from "./switches.ts";

/** What the file says of endpoints, as it stands there. */
export interface EndpointSection {
  defaults: PlainMap;
  /** Null: something else stands there, which is reported elsewhere. */
  endpoints: readonly (string | PlainMap | null)[];
}

export interface ParsedEndpoints {
  endpoints: Endpoint[];
  issues: InputIssue[];
}

/** What holds for the endpoints besides the file. */
export interface EndpointRules {
  /** The regions there are, or how many where none can be chosen. */
  regions: Pick<ParseOptions, "regions" | "regionNames">;
  /** Where secrets come from; null where there are none, so that nothing may refer to one. */
  secrets: Env | null;
}

/** What the steps below share. */
interface Reading extends EndpointRules {
  section: EndpointSection;
  source: SourceDocument;
  report(issue: PlainIssue): void;
}

type Written = string | PlainMap;

/** Parses every endpoint, defaults merged in; finds all that is wrong, not only the first. */
export function parseEndpoints(
  section: EndpointSection,
  source: SourceDocument,
  rules: EndpointRules,
): ParsedEndpoints {
  const issues = new Map<string, InputIssue>();
  const report = (issue: PlainIssue) => {
    const found = placed(withHint(movedToDefaults(issue, source)), source);
    issues.set(`${found.path} ${found.message}`, found); // a wrong default is one mistake, not one per endpoint
  };
  const reading = { ...rules, section, source, report };
  const endpoints: Endpoint[] = [];
  const lines = new Map<string, number>();
  for (const [index, written] of section.endpoints.entries()) {
    const path = `endpoints[${index}]`;
    const endpoint = written === null ? null : parseOne(written, path, reading);
    if (written === null || endpoint === null) continue;
    endpoints.push(endpoint);
    reportSecrets(endpoint, written, path, reading);
    reportTwin(endpoint.id, path, lines, reading);
  }
  return { endpoints, issues: [...issues.values()] };
}

function parseOne(written: Written, path: string, { section, report, regions }: Reading): Endpoint | null {
  const own = typeof written === "string" ? { url: written } : written;
  try {
    const input = withSwitches(mergeDefaults(section.defaults, own));
    return parseEndpoint(input, { org: LOCAL_ORG, pathPrefix: path, ...regions });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    for (const issue of error.issues) report(issue);
    return null;
  }
}

/** What an endpoint did not say itself, `defaults` said: there the mistake is. */
function movedToDefaults(issue: PlainIssue, source: SourceDocument): PlainIssue {
  const inDefaults = issue.path.replace(/^endpoints\[\d+\]/, "defaults");
  return !source.has(issue.path) && source.has(inDefaults) ? { ...issue, path: inDefaults } : issue;
}

function reportSecrets(endpoint: Endpoint, written: Written, path: string, reading: Reading): void {
  const { secrets, report, section } = reading;
  const missing = secretNamesOf(endpoint).filter((name) => !secrets?.[name]);
  for (const name of missing) {
    const inDefaults = () => pathOfSecret(section.defaults, name, "defaults");
    const place = pathOfSecret(written, name, path) ?? inDefaults() ?? path;
    report(secrets === null ? noSecrets(name, place) : missingSecret(name, place));
  }
  if (secrets !== null && missing.length === 0) reportUnusable(endpoint, path, secrets, report);
}

/** A secret that is there may still break the request: told now, not at every check. */
function reportUnusable(endpoint: Endpoint, path: string, env: Env, report: Reading["report"]): void {
  try {
    resolveSecrets(endpoint, (name) => env[name]);
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    report({ path, expected: "secrets that can be sent", received: "others", message: error.message });
  }
}

function reportTwin(id: string, path: string, lines: Map<string, number>, { source, report }: Reading): void {
  const { line } = source.placeOf(path);
  const first = lines.get(id);
  if (first === undefined) {
    lines.set(id, line);
    return;
  }
  report({
    path: `${path}.id`,
    expected: "an id that no other endpoint has",
    received: JSON.stringify(id),
    message: `the endpoints at line ${first} and line ${line} have the same id "${id}": give one another \`id\``,
  });
}
