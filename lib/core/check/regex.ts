import { RE2JS, RE2JSException } from "re2js";
import { VigieError } from "../errors.ts";

/** A user's regular expression (RE2 syntax). It takes time in proportion to the text, whatever it says. */
export interface LinearRegex {
  /** Whether it matches anywhere in the first `limit` characters. */
  search(text: string): boolean;
  /** Whether it matches those characters as a whole. */
  matches(text: string): boolean;
  /** How many characters are looked at: fewer for a large expression. */
  limit: number;
}

export const REGEX_LENGTH_LIMIT = 1_000;

/**
 * Linear time is still size x length: an instruction costs about 13 ns a character at worst (a pattern made to
 * defeat RE2's automaton, one 2026 core), so both are bounded for at most about half a second.
 */
const SIZE_LIMIT = 200;
const WORK_LIMIT = 40_000_000;

/**
 * Compiles an expression for the linear-time engine.
 * @throws VigieError `regex_refused` with the engine's reason: not RE2 syntax (look-around, back references), or too big
 */
export function compileRegex(pattern: string): LinearRegex {
  if (pattern.length > REGEX_LENGTH_LIMIT)
    throw refused(`it is longer than ${REGEX_LENGTH_LIMIT} characters`);
  const engine = compile(pattern);
  if (engine.programSize() > SIZE_LIMIT)
    throw refused(`it is too big (${engine.programSize()} steps, at most ${SIZE_LIMIT}): repeat less`);
  const limit = Math.floor(WORK_LIMIT / engine.programSize());
  return {
    search: (text) => engine.test(text.slice(0, limit)),
    matches: (text) => engine.testExact(text.slice(0, limit)),
    limit,
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw refused(error.message.replace("error parsing regexp: ", ""), error);
  }
}

const refused = (reason: string, cause?: unknown): VigieError =>
  new VigieError("regex_refused", reason, cause === undefined ? {} : { cause });
