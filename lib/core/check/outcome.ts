/**
 * One vocabulary for what a probe finds and what a browser reports: the type names of W3C Network Error
 * Logging (https://www.w3.org/TR/network-error-logging/, with Chromium's additions), and our own under
 * `expect.*` (a promise of the endpoint not kept) and `egress.blocked` (the guard refused the address).
 */

/** Phases of a fetch as Network Error Logging divides it. */
export type Phase = "dns" | "connection" | "application";

/** The timed steps of one hop; finer than Phase, used to name a time-out. */
export type Step = "dns" | "connect" | "tls" | "firstByte" | "transfer";

export type FailureFamily = "dns" | "tcp" | "tls" | "http" | "expect" | "egress" | "other";

const table = {
  "dns.unreachable": ["dns", "dns"],
  "dns.name_not_resolved": ["dns", "dns"],
  "dns.failed": ["dns", "dns"],
  "dns.timed_out": ["dns", "dns"],
  "dns.protocol": ["dns", "dns"],
  "dns.server": ["dns", "dns"],
  "dns.address_changed": ["dns", "dns"],
  "tcp.timed_out": ["tcp", "connection"],
  "tcp.closed": ["tcp", "connection"],
  "tcp.reset": ["tcp", "connection"],
  "tcp.refused": ["tcp", "connection"],
  "tcp.aborted": ["tcp", "connection"],
  "tcp.address_invalid": ["tcp", "connection"],
  "tcp.address_unreachable": ["tcp", "connection"],
  "tcp.failed": ["tcp", "connection"],
  "tls.version_or_cipher_mismatch": ["tls", "connection"],
  "tls.bad_client_auth_cert": ["tls", "connection"],
  "tls.unrecognized_name_alert": ["tls", "connection"],
  "tls.protocol.error": ["tls", "connection"],
  "tls.failed": ["tls", "connection"],
  "tls.cert.name_invalid": ["tls", "connection"],
  "tls.cert.date_invalid": ["tls", "connection"],
  "tls.cert.authority_invalid": ["tls", "connection"],
  "tls.cert.invalid": ["tls", "connection"],
  "tls.cert.revoked": ["tls", "connection"],
  "tls.cert.pinned_key_not_in_cert_chain": ["tls", "connection"],
  "http.error": ["http", "application"],
  "http.protocol.error": ["http", "application"],
  "http.failed": ["http", "application"],
  "http.response.invalid": ["http", "application"],
  "http.response.invalid.empty": ["http", "application"],
  "http.response.invalid.content_length_mismatch": ["http", "application"],
  "http.response.invalid.incomplete_chunked_encoding": ["http", "application"],
  "http.response.invalid.invalid_chunked_encoding": ["http", "application"],
  "http.response.redirect_loop": ["http", "application"],
  "http.response.headers.truncated": ["http", "application"],
  "http.request.range_not_satisfiable": ["http", "application"],
  "h2.ping_failed": ["http", "application"],
  "h2.protocol.error": ["http", "application"],
  "h3.protocol.error": ["http", "application"],
  abandoned: ["other", "application"],
  unknown: ["other", "application"],
  "expect.status": ["expect", "application"],
  "expect.body": ["expect", "application"],
  "expect.header": ["expect", "application"],
  "expect.latency": ["expect", "application"],
  "expect.certificate": ["expect", "connection"],
  "egress.blocked": ["egress", "connection"],
} as const satisfies Record<string, readonly [FailureFamily, Phase]>;

/** Every failure type Vigie knows. */
export type FailureType = keyof typeof table;

/** Why a check failed. `message` is one line for people, free of secrets, at most 200 characters. */
export interface Failure {
  phase: Phase;
  type: FailureType;
  message: string;
}

/** What a check found: `ok`, or the failure. Never a boolean. */
export type Outcome = "ok" | Failure;

const MESSAGE_LIMIT = 200;

export const failureTypes = Object.keys(table) as FailureType[]; // the keys are the type, by construction

export const isFailureType = (name: string): name is FailureType => Object.hasOwn(table, name);

/** The family a type belongs to: what two observers are compared by. */
export const familyOf = (type: FailureType): FailureFamily => table[type][0];

/** The Network Error Logging phase of a type. */
export const phaseOf = (type: FailureType): Phase => table[type][1];

/** Builds a failure whose phase is the type's own; the message becomes one line of at most 200 characters. */
export function failure(type: FailureType, message: string): Failure {
  const line = message.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return { phase: phaseOf(type), type, message: cut(line, MESSAGE_LIMIT) };
}

/** Cuts a text so that it fits, the mark of the cut included, and never through a character. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

const timeouts: Record<Step, FailureType> = {
  dns: "dns.timed_out",
  connect: "tcp.timed_out",
  tls: "tcp.timed_out", // what Chromium reports for a handshake that never ends
  firstByte: "abandoned", // a browser names a fetch given up while waiting so
  transfer: "abandoned",
};

/** The type of a time-out that struck in the given step. */
export const timeoutTypeOf = (step: Step): FailureType => timeouts[step];

/** Families of types that are never a browser's word: they are about our own promises and our own guard. */
const ownFamilies: readonly FailureFamily[] = ["expect", "egress"];

/**
 * The type that a browser's report names. Browsers may refine a type by a further part: it is then known by the
 * longest beginning that we know (`http.response.invalid.new_kind` is `http.response.invalid`).
 */
export function typeOfReport(nelType: string): FailureType | "ok" | "other" {
  if (nelType === "ok") return "ok";
  const parts = nelType.split(".", 6);
  for (let count = parts.length; count > 0; count--) {
    const name = parts.slice(0, count).join(".");
    if (isFailureType(name)) return ownFamilies.includes(familyOf(name)) ? "other" : name;
  }
  return "other";
}
