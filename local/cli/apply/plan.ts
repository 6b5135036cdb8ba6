import type { Endpoint } from "../../../lib/core/endpoint/endpoint.ts";
import { pathText } from "../../../lib/core/endpoint/issues.ts";
import { renderEndpoint, type WrittenEndpoint } from "../../../lib/core/endpoint/schema.ts";
import type { Deployed } from "../remote/installation.ts";

/** An endpoint to write: as it is to be, and the version it replaces. */
export interface Change {
  id: string;
  endpoint: WrittenEndpoint;
  version: number;
  /** What differs, as `expect.status`. */
  fields: string[];
}

/** What has to be done for an installation to have what a file says. */
export interface Plan {
  create: { id: string; endpoint: WrittenEndpoint }[];
  change: Change[];
  /** In the installation only, made over its API. */
  extra: Deployed[];
  /** The installation's own configuration file declares them otherwise: only there can they be changed. */
  elsewhere: { id: string; fields: string[] }[];
  unchanged: number;
}

/** Stands for a header's value that is kept secret. */
const HIDDEN = "***";

/** Compares what is to be with what is. Both as written with every default spelled out; order never matters. */
export function planOf(wanted: readonly Endpoint[], deployed: readonly Deployed[]): Plan {
  const present = new Map(deployed.map((one) => [one.id, one]));
  const plan: Plan = { create: [], change: [], extra: [], elsewhere: [], unchanged: 0 };
  for (const endpoint of wanted.map(renderEndpoint)) {
    const id = endpoint.id ?? "";
    const there = present.get(id);
    const fields = there === undefined ? [] : differences(endpoint, there.endpoint).map(nameOf);
    if (there === undefined) plan.create.push({ id, endpoint });
    else if (fields.length === 0) plan.unchanged++;
    else if (there.origin === "file") plan.elsewhere.push({ id, fields });
    else plan.change.push({ id, endpoint, version: there.version, fields });
  }
  const named = new Set(wanted.map(({ id }) => id));
  plan.extra = deployed.filter(({ id, origin }) => origin === "api" && !named.has(id));
  return plan;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Difference {
  path: string;
  /** Whether it only may differ: what is there is kept secret. */
  hidden: boolean;
}

const nameOf = ({ path, hidden }: Difference): string =>
  hidden ? `${path} (kept secret: sent again)` : path;

/** Whether an installation has an endpoint as it was written, as far as it shows it. */
export const isAsWritten = (written: WrittenEndpoint, there: Deployed): boolean =>
  differences(written, there.endpoint).every(({ hidden }) => hidden);

/** What differs; a list is one thing. */
function differences(wanted: unknown, there: unknown, path: readonly string[] = []): Difference[] {
  if (isMap(wanted) && isMap(there)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(there)]);
    return [...keys].flatMap((key) => differences(wanted[key], there[key], [...path, key]));
  }
  if (there === HIDDEN) return [{ path: pathText(path), hidden: wanted !== undefined }];
  return isSame(wanted, there) ? [] : [{ path: pathText(path), hidden: false }];
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isMap(a) || !isMap(b)) return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(a[key], b[key]));
}
