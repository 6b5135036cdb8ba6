import { type Failure, type FailureType, failure } from "../../core/check/outcome.ts";
import type { Address, FamilyChoice } from "./lookup.ts";

/** What a source of addresses said: at least one address, or the error code it gave instead. */
export type Answer = { addresses: Address[] } | { code: string };

/** Asks for the addresses of a name. Rejects only with a fault of ours. */
export type Source = (name: string, family: FamilyChoice, signal: AbortSignal) => Promise<Answer>;

/** Our own code for a question whose asker gave up. */
export const ABORTED = "ABORT";

/** The name server said so with authority: asking again or elsewhere changes nothing. */
const ABSENT = new Set(["ENOTFOUND", "ENODATA"]);

/** Errors that may be gone in a moment: the resolver's, or the way to it. */
const TRANSIENT = new Set(["ESERVFAIL", "ETIMEOUT", "ECONNREFUSED", "EREFUSED", "EAI_AGAIN"]);

/** Codes of c-ares (https://nodejs.org/api/dns.html#error-codes) and getaddrinfo, as Network Error Logging names them. */
const TYPES: Readonly<Record<string, FailureType>> = {
  ENOTFOUND: "dns.name_not_resolved",
  ENODATA: "dns.name_not_resolved",
  EBADNAME: "dns.name_not_resolved",
  ESERVFAIL: "dns.server",
  EREFUSED: "dns.server",
  ENOTIMP: "dns.server",
  ETIMEOUT: "dns.timed_out",
  [ABORTED]: "dns.timed_out",
  ECONNREFUSED: "dns.unreachable",
  EFORMERR: "dns.protocol",
  EBADRESP: "dns.protocol",
};

const RECORDS: Record<FamilyChoice, string> = { any: "A or AAAA", 4: "A", 6: "AAAA" };

const MESSAGES: Readonly<Record<string, (name: string, family: FamilyChoice) => string>> = {
  ENOTFOUND: (name) => `${name} does not exist`,
  ENODATA: (name, family) => `${name} has no ${RECORDS[family]} record`,
  EBADNAME: (name) => `${name} is not a valid name`,
  ESERVFAIL: (name) => `the name server failed to resolve ${name} (SERVFAIL)`,
  EREFUSED: (name) => `the name server refused to resolve ${name} (REFUSED)`,
  ENOTIMP: (name) => `the name server does not support the question for ${name} (NOTIMP)`,
  ETIMEOUT: (name) => `no name server answered for ${name}`,
  [ABORTED]: (name) => `no answer for ${name} within the time of the check`,
  ECONNREFUSED: () => "no name server can be reached",
  EFORMERR: (name) => `the name server called the question for ${name} malformed (FORMERR)`,
  EBADRESP: (name) => `the name server's answer for ${name} is malformed`,
  EAI_AGAIN: (name) => `the system's resolver failed for ${name}, temporarily as it says (EAI_AGAIN)`,
};

export const isAbsent = (code: string): boolean => ABSENT.has(code);

export const isTransient = (answer: Answer): boolean => "code" in answer && TRANSIENT.has(answer.code);

/** The failure that an error code stands for. */
export function failureOf(code: string, name: string, family: FamilyChoice): Failure {
  const message = MESSAGES[code]?.(name, family) ?? `resolving ${name} failed (${code})`;
  return failure(TYPES[code] ?? "dns.failed", message);
}

/** The code of an error that a resolver gave; anything else is a fault of ours and thrown on. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  throw error;
}
