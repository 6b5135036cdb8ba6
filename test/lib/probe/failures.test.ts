import { describe, expect, it } from "vitest";
import {
  certificateFailure,
  exchangeFailure,
  handshakeFailure,
  type Progress,
  socketFailure,
  throwIfOurs,
} from "../../../lib/probe/failures.ts";

const error = (code: string, about: object = {}): Error =>
  Object.assign(new Error(`it broke: ${code}`), { code, ...about });
const WHERE = "192.0.2.1:443";

describe("an error of a connection", () => {
  it.each([
    ["ECONNREFUSED", "tcp.refused"],
    ["ECONNRESET", "tcp.reset"],
    ["EPIPE", "tcp.reset"],
    ["ECONNABORTED", "tcp.aborted"],
    ["ETIMEDOUT", "tcp.timed_out"],
    ["EHOSTUNREACH", "tcp.address_unreachable"],
    ["ENETUNREACH", "tcp.address_unreachable"],
    ["EHOSTDOWN", "tcp.address_unreachable"],
    ["ENETDOWN", "tcp.address_unreachable"],
    ["EADDRNOTAVAIL", "tcp.address_unreachable"],
    ["EAFNOSUPPORT", "tcp.address_unreachable"],
    ["EINVAL", "tcp.address_invalid"],
    ["EWHATEVER", "tcp.failed"],
  ])("%s is %s", (code, type) => {
    expect(socketFailure(error(code), WHERE)).toEqual({
      phase: "connection",
      type,
      message: `${WHERE}: ${code}`,
    });
  });

  it.each(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"])("%s is our own fault", (code) => {
    expect(() => throwIfOurs(error(code))).toThrow(expect.objectContaining({ code: "unavailable" }));
  });

  it("of any other kind is not", () => {
    expect(() => throwIfOurs(error("ECONNREFUSED"))).not.toThrow();
    expect(() => throwIfOurs("what is not even an error")).not.toThrow();
  });
});

describe("an error of a handshake", () => {
  it.each([
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "tls.version_or_cipher_mismatch"],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "tls.version_or_cipher_mismatch"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "tls.version_or_cipher_mismatch"],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "tls.version_or_cipher_mismatch"],
    ["ERR_SSL_TLSV1_UNRECOGNIZED_NAME", "tls.unrecognized_name_alert"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tls.bad_client_auth_cert"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "tls.bad_client_auth_cert"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls.protocol.error"],
    ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "tls.protocol.error"],
    ["ECONNREFUSED", "tcp.refused"],
    ["ERR_TLS_WHATEVER", "tls.failed"],
  ])("%s is %s", (code, type) => {
    expect(handshakeFailure(error(code), WHERE).type).toBe(type);
  });

  it("tells a reset from a connection that was closed", () => {
    expect(handshakeFailure(error("ECONNRESET", { syscall: "read" }), WHERE).type).toBe("tcp.reset");
    expect(handshakeFailure(error("ECONNRESET"), WHERE).type).toBe("tcp.closed");
  });
});

describe("a certificate", () => {
  it.each([
    ["CERT_HAS_EXPIRED", "tls.cert.date_invalid"],
    ["CERT_NOT_YET_VALID", "tls.cert.date_invalid"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls.cert.name_invalid"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls.cert.authority_invalid"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "tls.cert.authority_invalid"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls.cert.authority_invalid"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "tls.cert.authority_invalid"],
    ["CERT_REVOKED", "tls.cert.revoked"],
    ["CERT_SIGNATURE_FAILURE", "tls.cert.invalid"],
  ])("that is %s is %s", (code, type) => {
    expect(certificateFailure(code, "site.example").type).toBe(type);
  });
});

describe("an error after the request", () => {
  const at = (started: boolean, headersDone: boolean, chunked = false): Progress => ({
    started,
    headersDone,
    chunked,
  });
  const closed = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  const parser = (reason: string): Error =>
    Object.assign(new Error(`Response does not match the HTTP/1.1 protocol (${reason})`), {
      name: "HTTPParserError",
    });

  it.each<[string, Error, Progress, string]>([
    ["closed before an answer", closed, at(false, false), "http.response.invalid.empty"],
    ["closed within headers", closed, at(true, false), "http.response.headers.truncated"],
    ["closed within a body", closed, at(true, true), "http.response.invalid.content_length_mismatch"],
    [
      "closed within chunks",
      closed,
      at(true, true, true),
      "http.response.invalid.incomplete_chunked_encoding",
    ],
    [
      "ended within chunks",
      parser("Invalid EOF state"),
      at(true, true, true),
      "http.response.invalid.incomplete_chunked_encoding",
    ],
    [
      "bad chunks",
      parser("Invalid character in chunk size"),
      at(true, true, true),
      "http.response.invalid.invalid_chunked_encoding",
    ],
    ["bad headers", parser("Invalid header token"), at(true, false), "http.response.invalid"],
    ["no HTTP", parser("Expected HTTP/"), at(false, false), "http.response.invalid"],
    ["two lengths", error("UND_ERR_RES_CONTENT_LENGTH_MISMATCH"), at(true, false), "http.response.invalid"],
    [
      "another length",
      error("UND_ERR_RES_CONTENT_LENGTH_MISMATCH"),
      at(true, true),
      "http.response.invalid.content_length_mismatch",
    ],
    ["too many headers", error("UND_ERR_HEADERS_OVERFLOW"), at(true, false), "http.response.invalid"],
    ["reset", error("ECONNRESET", { syscall: "read" }), at(true, true), "tcp.reset"],
    [
      "a broken record",
      error("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"),
      at(true, true),
      "tls.protocol.error",
    ],
    [
      "a certificate of ours missed",
      error("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
      at(false, false),
      "tls.bad_client_auth_cert",
    ],
  ])("%s", (_, broken, progress, type) => {
    expect(exchangeFailure(broken, progress, WHERE).type).toBe(type);
  });

  it("is told in one line", () => {
    const failure = exchangeFailure(new Error("first\nsecond"), at(true, true), WHERE);
    expect(failure.message).toBe(`${WHERE}: first`);
  });
});
