import type { CheckRecord } from "../../core/check/record.ts";
import { Unavailable } from "../../core/errors.ts";
import type { Rejected } from "../metrics/rejected.ts";
import type { Refusal } from "./answer.ts";
import type { PostLines } from "./post.ts";

export interface Line {
  record: CheckRecord;
  text: string;
}

/** Requests that one write may cost: twenty bad lines among five hundred are found within it. */
const MOST_REQUESTS = 200;

const TOO_LARGE = "it is larger than a request may be";

interface Search {
  post: PostLines;
  requests: number;
  /** Whether anything was taken. */
  written: boolean;
  /** Whether a refusal spoke of lines: otherwise it is the request that is wrong, not what is in it. */
  aboutLines: boolean;
  rejected: Rejected[];
  /** Whether lines that a refusal mentioned were good: its words are then not looked at again. */
  misled: boolean;
}

const reject = (search: Search, lines: readonly Line[], reason: string): void =>
  void search.rejected.push(...lines.map(({ record }) => ({ record, reason })));

/** The reason that 1.x gives for a line it quotes: `unable to parse '<line>': missing fields`. */
function reasonFor(line: string, text: string): string {
  const after = text.slice(text.indexOf(line) + line.length);
  return /^': (.+?)(?: dropped=\d+)?$/m.exec(after)?.[1] ?? "unable to parse";
}

/** Lines that a refusal names beyond doubt, by number or by quoting them, with the reason of each. */
function namedLines(lines: readonly Line[], { text, named }: Refusal): Map<Line, string> {
  const found = new Map<Line, string>();
  for (const [index, line] of lines.entries()) {
    const byNumber = named.get(index);
    if (byNumber !== undefined) found.set(line, byNumber);
    else if (text.includes(`'${line.text}'`)) found.set(line, reasonFor(line.text, text));
  }
  return found;
}

function halves(lines: readonly Line[]): Line[][] {
  const middle = Math.ceil(lines.length / 2);
  return [lines.slice(0, middle), lines.slice(middle)];
}

/** Looks at the lines that the refusal's words mention and at the rest apart, or else at each half. */
async function inParts(search: Search, lines: readonly Line[], { mentioned }: Refusal): Promise<void> {
  const suspects = search.misled ? [] : lines.filter((_, index) => mentioned.has(index));
  if (suspects.length === 0 || suspects.length === lines.length) {
    for (const part of halves(lines)) await write(search, part);
    return;
  }
  const before = search.rejected.length;
  await write(search, suspects);
  search.misled = search.rejected.length === before;
  await write(
    search,
    lines.filter((line) => !suspects.includes(line)),
  );
}

async function afterRefusal(search: Search, lines: readonly Line[], refusal: Refusal): Promise<void> {
  search.aboutLines ||= refusal.aboutLines;
  const bad = namedLines(lines, refusal);
  for (const [line, reason] of bad) reject(search, [line], reason);
  if (bad.size > 0) {
    await write(
      search,
      lines.filter((line) => !bad.has(line)),
    );
  } else if (lines.length === 1 || refusal.dropped === lines.length) {
    reject(search, lines, refusal.reason);
  } else {
    await inParts(search, lines, refusal);
  }
}

async function afterTooLarge(search: Search, lines: readonly Line[]): Promise<void> {
  search.aboutLines = true;
  if (lines.length === 1) return reject(search, lines, TOO_LARGE);
  for (const part of halves(lines)) await write(search, part);
}

async function write(search: Search, lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return;
  if (search.requests >= MOST_REQUESTS)
    return reject(search, lines, `too many others were refused to look at each (${MOST_REQUESTS} requests)`);
  search.requests++;
  const answer = await search.post(lines.map(({ text }) => text));
  if (answer.kind === "refused") return afterRefusal(search, lines, answer.refusal);
  if (answer.kind === "too-large") return afterTooLarge(search, lines);
  search.written = true;
}

/**
 * Writes lines and answers which were refused. After a refusal nobody knows what else is written: what is not known
 * to be bad is sent again in smaller parts, which changes nothing where it was written. A batch is never repeated as
 * it is.
 * @throws Unavailable when it can't be reached, or refuses everything for a reason that no line has given it
 */
export async function writeIsolating(lines: readonly Line[], post: PostLines): Promise<Rejected[]> {
  const search: Search = {
    post,
    requests: 0,
    written: false,
    aboutLines: false,
    rejected: [],
    misled: false,
  };
  await write(search, lines);
  const [first] = search.rejected;
  if (first === undefined || search.written || search.aboutLines) return search.rejected;
  throw new Unavailable(`InfluxDB took no measurements: ${first.reason}. Check its URL and database.`);
}
