import type { X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { Remote } from "../core/check/measurement.ts";
import type { Failure } from "../core/check/outcome.ts";
import { certificateFailure, handshakeFailure, socketFailure, throwIfOurs } from "./failures.ts";
import { isFor, tlsFactsOf } from "./tls/facts.ts";
import type { Trust } from "./tls/trust.ts";
import { acted, noticed, type Trace } from "./trace.ts";

export interface Target {
  /** The very address to connect to: the guard saw it, and the name is not asked for again. */
  remote: Remote;
  port: number;
  /** Null without TLS. `host`: the name the certificate has to carry, brackets and all as in a URL. */
  tls: { host: string; verify: boolean; trust: Trust; now: () => number } | null;
}

/** How a connection came out; exactly one of the three is called, once. */
export interface Connecting {
  ready(socket: Socket): void;
  failed(failure: Failure): void;
  /** A fault of this machine: not the target's. */
  broken(error: unknown): void;
}

export const placeOf = ({ address, family }: Remote, port: number): string =>
  family === 6 ? `[${address}]:${port}` : `${address}:${port}`;

/**
 * Opens a connection and stamps its steps as they happen. The socket it returns keeps an error listener for its
 * whole life: destroying it at any time is safe, and after that none of the callbacks is called.
 */
export function connect(target: Target, trace: Trace, outcome: Connecting): Socket {
  trace.remote = target.remote;
  trace.connectingAt = acted(trace);
  return target.tls === null ? plain(target, trace, outcome) : secured(target, target.tls, trace, outcome);
}

const plain = (target: Target, trace: Trace, outcome: Connecting): Socket => {
  const { remote, port } = target;
  const socket = connectTcp({ host: remote.address, port, autoSelectFamily: false, noDelay: true });
  socket.once("connect", () => {
    trace.connectedAt = noticed(trace);
    outcome.ready(socket);
  });
  onErrorBefore(
    socket,
    () => trace.connectedAt !== null,
    outcome,
    (error) => socketFailure(error, placeOf(remote, port)),
  );
  return socket;
};

function onErrorBefore(
  socket: Socket,
  isReady: () => boolean,
  outcome: Connecting,
  failureOf: (error: Error) => Failure,
): void {
  socket.on("error", (error) => {
    if (isReady()) return;
    try {
      throwIfOurs(error);
      outcome.failed(failureOf(error));
    } catch (fault) {
      outcome.broken(fault);
    }
  });
}

/** What goes into SNI and onto the certificate: no brackets, no trailing dot. */
const nameOf = (host: string): string => host.replace(/^\[|\]$/g, "").replace(/\.$/, "");

const NO_DETAILS = {} as DetailedPeerCertificate; // given to nobody but `checkServerIdentity` below, which ignores it

const wrongName = (name: string): Error =>
  Object.assign(new Error(`the certificate is not for ${name}`), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });

function secured(target: Target, tls: NonNullable<Target["tls"]>, trace: Trace, outcome: Connecting): Socket {
  const { remote, port } = target;
  const name = nameOf(tls.host);
  let certificate: X509Certificate | undefined;
  const socket: TLSSocket = connectTls({
    host: remote.address,
    port,
    ...(isIP(name) === 0 && { servername: name }),
    secureContext: tls.trust.context,
    ALPNProtocols: ["http/1.1"],
    // Verified all the same, and judged in `admit`, before a byte is sent: so the facts of a refused one are kept.
    rejectUnauthorized: false,
    checkServerIdentity: () => {
      certificate = socket.getPeerX509Certificate();
      return certificate !== undefined && isFor(certificate, name) ? undefined : wrongName(name);
    },
  });
  // Node describes the whole chain in JavaScript objects for `checkServerIdentity`: a tenth of what a check costs.
  socket.getPeerCertificate = (): DetailedPeerCertificate => NO_DETAILS;
  socket.setNoDelay(true);
  socket.once("connect", () => {
    trace.connectedAt = noticed(trace);
  });
  socket.once("secureConnect", () => {
    trace.securedAt = noticed(trace);
    certificate ??= socket.getPeerX509Certificate(); // one that failed before its name was looked at
    if (certificate !== undefined) trace.tls = tlsFactsOf(socket, certificate, tls.now());
    certificate = undefined; // so that the next scavenge frees it: kept with the socket, thousands are freed in one pause of 25 to 45 ms
    admit(socket, name, tls.verify, outcome);
  });
  onErrorBefore(
    socket,
    () => trace.securedAt !== null,
    outcome,
    (error) =>
      trace.connectedAt === null
        ? socketFailure(error, placeOf(remote, port))
        : handshakeFailure(error, placeOf(remote, port)),
  );
  return socket;
}

function admit(socket: TLSSocket, name: string, verify: boolean, outcome: Connecting): void {
  if (socket.authorized || !verify) {
    outcome.ready(socket);
    return;
  }
  // Node's types say Error; what it stores is the error's code (lib/_tls_wrap.js, onConnectSecure).
  const code = String(socket.authorizationError);
  socket.destroy();
  outcome.failed(certificateFailure(code, name));
}
