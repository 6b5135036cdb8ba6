import { type InputIssue, InvalidInput } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import { issuesOf } from "./issues.ts";
import { crossIssues } from "./rules.ts";
import { toEndpoint } from "./to-endpoint.ts";
import { type WrittenEndpoint, writtenEndpoint } from "./written.ts";

export { renderEndpoint } from "./render.ts";
export { type WrittenEndpoint, writtenEndpoint };

export interface ParseOptions {
  /** The organization that it belongs to; a file or request can't choose it. */
  org: string;
  /** How many regions check it, where that is known: a quorum has to be possible. */
  regions?: number;
  /** The regions there are, where an endpoint may choose among them. */
  regionNames?: readonly string[];
  /** Put before the paths of issues, as `endpoints[3]`. */
  pathPrefix?: string;
}

/**
 * Parses an endpoint as people write it (YAML or JSON data): strict, defaults laid, durations in ms.
 * `renderEndpoint` is the inverse.
 * @throws InvalidInput with every issue found: path, what was expected, what was received
 */
export function parseEndpoint(
  input: unknown,
  { org, regions, regionNames, pathPrefix = "" }: ParseOptions,
): Endpoint {
  const parsed = writtenEndpoint.safeParse(input);
  if (!parsed.success) throw new InvalidInput(issuesOf(parsed.error.issues, input, homeOf, pathPrefix));
  const endpoint = toEndpoint(parsed.data, org);
  const issues = crossIssues(parsed.data, endpoint, { regions, regionNames }).map((issue) =>
    prefixed(issue, pathPrefix),
  );
  if (issues.length > 0) throw new InvalidInput(issues);
  return endpoint;
}

const prefixed = (issue: InputIssue, prefix: string): InputIssue =>
  prefix === "" ? issue : { ...issue, path: `${prefix}.${issue.path}` };

const { alert, expect, tls } = writtenEndpoint.shape;
const homes: readonly (readonly [string, readonly string[]])[] = [
  ["in the endpoint itself", Object.keys(writtenEndpoint.shape)],
  ["under `alert`", Object.keys(alert.unwrap().shape)],
  ["under `expect`", Object.keys(expect.unwrap().shape)],
  ["under `expect.body`", Object.keys(expect.unwrap().shape.body.unwrap().shape)],
  ["under `tls`", Object.keys(tls.unwrap().shape)],
];

/** Where a key belongs that was written in the wrong map. */
const homeOf = (key: string): string | null => homes.find(([, keys]) => keys.includes(key))?.[0] ?? null;
