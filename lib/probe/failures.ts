/**
 * The one place where what Node, OpenSSL, undici and llhttp call an error becomes a word of Network Error Logging.
 * Where several words would do, the one that Chromium reports for the same event is taken
 * (net/network_error_logging/network_error_logging_service.cc), so that probes and browsers can be compared.
 */
import { type Failure, type FailureType, failure } from "../core/check/outcome.ts";
import { Unavailable } from "../core/errors.ts";

const SYSTEM: Readonly<Record<string, FailureType>> = {
  ECONNREFUSED: "tcp.refused",
  ECONNRESET: "tcp.reset",
  EPIPE: "tcp.reset",
  ECONNABORTED: "tcp.aborted",
  ETIMEDOUT: "tcp.timed_out",
  EHOSTUNREACH: "tcp.address_unreachable",
  EHOSTDOWN: "tcp.address_unreachable",
  ENETUNREACH: "tcp.address_unreachable",
  ENETDOWN: "tcp.address_unreachable",
  EAFNOSUPPORT: "tcp.address_unreachable",
  EADDRNOTAVAIL: "tcp.address_unreachable",
  EINVAL: "tcp.address_invalid",
};

/** Certificate verdicts: OpenSSL's X509_V_ERR_* names, and Node's own for a wrong name. */
const CERTIFICATE: Readonly<Record<string, FailureType>> = {
  CERT_HAS_EXPIRED: "tls.cert.date_invalid",
  CERT_NOT_YET_VALID: "tls.cert.date_invalid",
  ERROR_IN_CERT_NOT_BEFORE_FIELD: "tls.cert.date_invalid",
  ERROR_IN_CERT_NOT_AFTER_FIELD: "tls.cert.date_invalid",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls.cert.name_invalid",
  HOSTNAME_MISMATCH: "tls.cert.name_invalid",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls.cert.authority_invalid",
  SELF_SIGNED_CERT_IN_CHAIN: "tls.cert.authority_invalid",
  UNABLE_TO_GET_ISSUER_CERT: "tls.cert.authority_invalid",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls.cert.authority_invalid",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls.cert.authority_invalid",
  CERT_UNTRUSTED: "tls.cert.authority_invalid",
  INVALID_CA: "tls.cert.authority_invalid",
  CERT_CHAIN_TOO_LONG: "tls.cert.authority_invalid",
  CERT_REVOKED: "tls.cert.revoked",
};

/** OpenSSL's reasons, without the version of the protocol that its names start with. */
const HANDSHAKE: Readonly<Record<string, FailureType>> = {
  HANDSHAKE_FAILURE: "tls.version_or_cipher_mismatch",
  PROTOCOL_VERSION: "tls.version_or_cipher_mismatch",
  INSUFFICIENT_SECURITY: "tls.version_or_cipher_mismatch",
  UNSUPPORTED_PROTOCOL: "tls.version_or_cipher_mismatch",
  WRONG_SSL_VERSION: "tls.version_or_cipher_mismatch",
  NO_PROTOCOLS_AVAILABLE: "tls.version_or_cipher_mismatch",
  NO_CIPHERS_AVAILABLE: "tls.version_or_cipher_mismatch",
  DH_KEY_TOO_SMALL: "tls.version_or_cipher_mismatch",
  UNRECOGNIZED_NAME: "tls.unrecognized_name_alert",
  CERTIFICATE_REQUIRED: "tls.bad_client_auth_cert",
  BAD_CERTIFICATE: "tls.bad_client_auth_cert",
  CERTIFICATE_UNKNOWN: "tls.bad_client_auth_cert",
  UNKNOWN_CA: "tls.bad_client_auth_cert",
};

/** Faults of this machine, which no target is blamed for. */
const OURS: Readonly<Record<string, string>> = {
  EMFILE: "this process may not open more files: raise its limit (ulimit -n)",
  ENFILE: "this machine may not open more files: raise its limit (fs.file-max)",
  ENOBUFS: "this machine has no network buffers left",
  ENOMEM: "this machine is out of memory",
};

const property = (error: unknown, name: string): string => {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === "string" ? value : "";
};

export const codeOf = (error: unknown): string => property(error, "code");

/** Throws when the error is a fault of ours: from here on it is data about the target. */
export function throwIfOurs(error: unknown): void {
  const reason = OURS[codeOf(error)];
  if (reason !== undefined) throw new Unavailable(`Nothing could be checked: ${reason}`, { cause: error });
}

const firstLine = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);

/** An error of a socket that is being connected or is open. `where`: address and port, for people. */
export function socketFailure(error: unknown, where: string): Failure {
  const code = codeOf(error);
  return failure(SYSTEM[code] ?? "tcp.failed", `${where}: ${code || firstLine(error)}`);
}

const REASON = /^ERR_SSL_(?:(?:SSLV3|TLSV1|TLSV13|SSL\/TLS)_)?(?:ALERT_)?/;

/** An error between the TCP connection and the end of the handshake. */
export function handshakeFailure(error: unknown, where: string): Failure {
  const code = codeOf(error);
  if (code.startsWith("ERR_SSL_"))
    return failure(
      HANDSHAKE[code.replace(REASON, "")] ?? "tls.protocol.error",
      `${where}: ${opensslText(error)}`,
    );
  // Node calls a handshake that the other side ended ECONNRESET too; only a real reset comes from a system call.
  if (code === "ECONNRESET" && property(error, "syscall") === "")
    return failure("tcp.closed", `${where} closed the connection during the TLS handshake`);
  if (SYSTEM[code] !== undefined) return socketFailure(error, where);
  return failure("tls.failed", `${where}: ${code || firstLine(error)}`);
}

/** OpenSSL's own sentence lies between colons: `…:error:0A00010B:SSL routines:…:wrong version number:…`. */
const opensslText = (error: unknown): string => property(error, "reason") || codeOf(error);

/** A certificate that does not pass. `code`: why, as Node's `authorizationError` has it. */
export function certificateFailure(code: string, host: string): Failure {
  const type = CERTIFICATE[code] ?? "tls.cert.invalid";
  return failure(type, `the certificate of ${host} is not valid: ${code}`);
}

/** How far an answer had come when it broke. */
export interface Progress {
  /** A byte of the answer arrived. */
  started: boolean;
  /** Its header section is complete. */
  headersDone: boolean;
  chunked: boolean;
}

/**
 * undici names what its parser refuses only by class: llhttp's code gets lost on the way
 * (lib/dispatcher/client-h1.js, createError).
 */
const refusedByParser = (error: unknown, code: string): boolean =>
  code.startsWith("HPE_") || (error instanceof Error && error.name === "HTTPParserError");

/**
 * undici has one code for a body of another length than said and for headers that say two lengths, and one for a
 * closed connection and for answers to what nobody asked (100, 101).
 */
const endedEarly = (error: unknown, code: string, { headersDone }: Progress): boolean =>
  (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" && headersDone) ||
  (code === "UND_ERR_SOCKET" && firstLine(error).endsWith("closed"));

/** llhttp's word for a connection that ended where an answer may not. */
const UNFINISHED = "Invalid EOF state";

/** An error after the request was sent: of the socket, of the parser, or of an answer that ended too early. */
export function exchangeFailure(error: unknown, progress: Progress, where: string): Failure {
  const code = codeOf(error);
  if (SYSTEM[code] !== undefined || code.startsWith("ERR_SSL_")) return handshakeFailure(error, where);
  const text = `${where}: ${firstLine(error)}`;
  const unfinished = refusedByParser(error, code) && text.includes(UNFINISHED);
  if (unfinished || endedEarly(error, code, progress)) return earlyEnd(progress, where);
  const inChunks = progress.headersDone && progress.chunked;
  return failure(inChunks ? "http.response.invalid.invalid_chunked_encoding" : "http.response.invalid", text);
}

function earlyEnd({ started, headersDone, chunked }: Progress, where: string): Failure {
  if (!started)
    return failure("http.response.invalid.empty", `${where} closed the connection without an answer`);
  if (!headersDone)
    return failure("http.response.headers.truncated", `${where} closed the connection within the headers`);
  const type = chunked
    ? "http.response.invalid.incomplete_chunked_encoding"
    : "http.response.invalid.content_length_mismatch";
  return failure(type, `${where} closed the connection within the body`);
}
