import type { EndpointRow, ShownVerdict } from "./source.ts";

export const sortKeys = [
  "worst",
  "name",
  "availability",
  "average",
  "p95",
  "ttfb",
  "apdex",
] as const satisfies readonly string[];

/** What a list is sorted by; each puts first what needs a look. */
export type SortKey = (typeof sortKeys)[number];

/** What sorting and filtering look at. */
export type Sortable = Pick<EndpointRow, "id" | "title" | "group" | "url" | "tags" | "now"> & {
  stats: Pick<EndpointRow["stats"], "availability" | "response" | "firstByte" | "apdex"> | null;
};

const gravity: Record<ShownVerdict, number> = { down: 0, degraded: 1, unknown: 2, up: 3, paused: 4 };

type Compare = (a: Sortable, b: Sortable) => number;

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Groups stay together, those without one at the end. */
const byName: Compare = (a, b) =>
  Number(a.group === "") - Number(b.group === "") ||
  collator.compare(a.group, b.group) ||
  collator.compare(a.title, b.title) ||
  (a.id < b.id ? -1 : Number(a.id > b.id));

type Read = (row: Sortable) => number | null | undefined;

type Sign = 1 | -1;

/** Without a number comes last in either direction. */
const byNumber =
  (read: Read, direction: Sign) =>
  (sign: Sign): Compare =>
  (a, b) => {
    const left = read(a) ?? null;
    const right = read(b) ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * direction * (left - right) || byName(a, b);
  };

const comparisons: Record<SortKey, (sign: Sign) => Compare> = {
  worst: (sign) => (a, b) => sign * (gravity[a.now.verdict] - gravity[b.now.verdict]) || byName(a, b),
  name: (sign) => (a, b) => sign * byName(a, b),
  availability: byNumber(({ stats }) => stats?.availability, 1),
  average: byNumber(({ stats }) => stats?.response.avgMs, -1),
  p95: byNumber(({ stats }) => stats?.response.p95Ms, -1),
  ttfb: byNumber(({ stats }) => stats?.firstByte.avgMs, -1),
  apdex: byNumber(({ stats }) => stats?.apdex.score, 1),
};

/** A sorted copy; where the key doesn't decide, group and name do. */
export const sorted = <T extends Sortable>(rows: readonly T[], key: SortKey, reversed: boolean): T[] =>
  [...rows].sort(comparisons[key](reversed ? -1 : 1));

/** Whether name, address, group or a tag contains the text, whatever its case. */
export function matches({ title, url, group, tags }: Sortable, filter: string): boolean {
  const wanted = filter.toLowerCase();
  const tagTexts = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return [title, url, group, ...tagTexts].some((text) => text.toLowerCase().includes(wanted));
}

/** Those that match; all of them without a filter. */
export const filtered = <T extends Sortable>(rows: readonly T[], filter: string): readonly T[] =>
  filter === "" ? rows : rows.filter((row) => matches(row, filter));
