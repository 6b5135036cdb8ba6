import { connect as connectTcp, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type TLSSocket } from "node:tls";
import type { Remote } from "../core/check/measurement.ts";
import type { Failure } from "../core/check/outcome.ts";
import { certificateFailure, handshakeFailure, socketFailure, throwIfOurs } from "./failures.ts";
import { type CertificateFacts, certificateFacts, tlsFactsOf } from "./tls/facts.ts";
import type { Trust } from "./tls/trust.ts";
import { stamp, type Trace } from "./trace.ts";

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
  trace.connectingAt = stamp();
  return target.tls === null ? plain(target, trace, outcome) : secured(target, target.tls, trace, outcome);
}

const plain = (target: Target, trace: Trace, outcome: Connecting): Socket => {
  const { remote, port } = target;
  const socket = connectTcp({ host: remote.address, port, autoSelectFamily: false, noDelay: true });
  socket.once("connect", () => {
    trace.connectedAt = stamp();
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

function secured(target: Target, tls: NonNullable<Target["tls"]>, trace: Trace, outcome: Connecting): Socket {
  const { remote, port } = target;
  const name = nameOf(tls.host);
  let certificate: CertificateFacts | null = null;
  const socket = connectTls({
    host: remote.address,
    port,
    ...(isIP(name) === 0 && { servername: name }),
    secureContext: tls.trust.context,
    ALPNProtocols: ["http/1.1"],
    // Verified all the same, and judged in `admit`, before a byte is sent: so the facts of a refused one are kept.
    rejectUnauthorized: false,
    checkServerIdentity: (_, peer) => {
      certificate = certificateFacts(peer);
      return checkServerIdentity(name, peer);
    },
  });
  socket.setNoDelay(true);
  socket.once("connect", () => {
    trace.connectedAt = stamp();
  });
  socket.once("secureConnect", () => {
    trace.securedAt = stamp();
    // A certificate that failed before its name was looked at has not been read yet.
    certificate ??= certificateFacts(socket.getPeerCertificate());
    if (certificate !== null) trace.tls = tlsFactsOf(socket, certificate, tls.now());
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
