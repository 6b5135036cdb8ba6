import { type Document, isMap, isScalar, isSeq, type LineCounter, type ParsedNode } from "yaml";

/** A place in a file; both 1-based. */
export interface Place {
  line: number;
  column: number;
}

interface Found {
  node: ParsedNode | null;
  /** The key that leads to the node, when a map holds it. */
  key: ParsedNode | null;
  rest: string;
}

/**
 * Where the value at a path stands. A scalar is pointed at itself, a list or map at the key that holds it,
 * because its own first line may be far below. A path that leads nowhere ends at the last thing that exists.
 */
export function locate(document: Document.Parsed, lines: LineCounter, path: string): Place {
  const { node, key } = walk(document, path);
  const target = key !== null && (node === null || !isScalar(node)) ? key : (node ?? key);
  const { line, col } = lines.linePos(target?.range[0] ?? 0);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Whether the document has something at a path. */
export const isThere = (document: Document.Parsed, path: string): boolean => walk(document, path).rest === "";

function walk(document: Document.Parsed, path: string): Found {
  let at: Found = { node: document.contents, key: null, rest: path };
  for (let next = step(at); next !== null; next = step(at)) at = next;
  return at;
}

function step({ node, rest }: Found): Found | null {
  if (rest === "" || node === null) return null;
  if (isSeq(node)) return intoList(node.items as ParsedNode[], rest); // items of a parsed list are parsed nodes
  return isMap(node) ? intoMap(node.items as MapItem[], rest) : null; // and those of a parsed map are pairs of them
}

function intoList(items: ParsedNode[], rest: string): Found | null {
  const match = /^\[(\d+)\]/.exec(rest);
  const node = match === null ? undefined : items[Number(match[1])];
  return match === null || node === undefined ? null : { node, key: null, rest: rest.slice(match[0].length) };
}

interface MapItem {
  key: ParsedNode;
  value: ParsedNode | null;
}

/** Keys may themselves contain dots (header names, tags): the longest key that fits is taken. */
function intoMap(items: MapItem[], rest: string): Found | null {
  let best: Found | null = null;
  for (const { key, value } of items) {
    const remaining = isScalar(key) ? afterKey(rest, String(key.value)) : null;
    if (remaining !== null && (best === null || remaining.length < best.rest.length))
      best = { node: value, key, rest: remaining };
  }
  return best;
}

/** What is left of the path after a key, in plain (`.key`) or quoted (`["key"]`) spelling; null when it doesn't fit. */
function afterKey(path: string, key: string): string | null {
  for (const spelling of [`.${key}`, key, `[${JSON.stringify(key)}]`]) {
    const rest = path.startsWith(spelling) ? path.slice(spelling.length) : null;
    if (rest !== null && (rest === "" || rest.startsWith(".") || rest.startsWith("["))) return rest;
  }
  return null;
}
