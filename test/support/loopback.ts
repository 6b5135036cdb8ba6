/** Servers on loopback that do exactly what a test says, byte by byte. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

export interface Loopback {
  port: number;
  /** `127.0.0.1:port`. */
  host: string;
  /** Requests as received, in order; a new connection starts a new one. */
  received: string[];
  connections: () => number;
  close(): Promise<void>;
}

export interface LoopbackOptions {
  tls?: TlsOptions;
  address?: string;
  /** 0: any that is free. */
  port?: number;
}

/** What to do with a connection; `onRequest` is called once the header section of the request is complete. */
export interface Behaviour {
  onConnection?: (socket: Socket) => void;
  onRequest?: (socket: Socket, request: string, index: number) => void;
}

function hold(server: Server): Set<Socket> {
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  return open;
}

const closing = (server: Server, open: Set<Socket>) => async (): Promise<void> => {
  for (const socket of open) socket.destroy();
  server.close();
  await once(server, "close");
};

/** Collects what a connection sends and says when a request is there. */
function serve(socket: Socket, behaviour: Behaviour, received: string[]): void {
  const index = received.push("") - 1;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    const before = received[index] ?? "";
    received[index] = before + chunk.toString("latin1");
    if (!before.includes("\r\n\r\n") && received[index].includes("\r\n\r\n"))
      behaviour.onRequest?.(socket, received[index], index);
  });
  behaviour.onConnection?.(socket);
}

/** The TCP connection below a TLS one: only it can be reset. */
const below = new WeakMap<Socket, Socket>();

function secured(tls: TlsOptions, onSocket: (socket: Socket) => void): (raw: Socket) => void {
  const byPort = new Map<number, Socket>();
  const server = createTlsServer(tls, (socket) => {
    const raw = byPort.get(socket.remotePort ?? 0);
    if (raw !== undefined) below.set(socket, raw);
    onSocket(socket);
  });
  server.on("tlsClientError", () => {});
  return (raw) => {
    raw.on("error", () => raw.destroy());
    byPort.set(raw.remotePort ?? 0, raw);
    server.emit("connection", raw);
  };
}

/** Ends a connection with a TCP reset, be it plain or TLS. */
export const reset = (socket: Socket): void => {
  (below.get(socket) ?? socket).resetAndDestroy();
};

/** Listens on a free port of 127.0.0.1 unless told otherwise. */
export async function loopback(behaviour: Behaviour, options: LoopbackOptions = {}): Promise<Loopback> {
  const received: string[] = [];
  let connections = 0;
  const onSocket = (socket: Socket): void => {
    connections++;
    serve(socket, behaviour, received);
  };
  const server = createServer(options.tls === undefined ? onSocket : secured(options.tls, onSocket));
  const open = hold(server);
  const address = options.address ?? "127.0.0.1";
  server.listen(options.port ?? 0, address);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP: never a pipe's string
  return {
    port,
    host: address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`,
    received,
    connections: () => connections,
    close: closing(server, open),
  };
}

/** A whole answer with its length, ready to be written. */
export const answer = (body: string | Buffer, headers: Record<string, string> = {}, status = 200): Buffer =>
  Buffer.concat([
    Buffer.from(
      [
        `HTTP/1.1 ${status} Test`,
        ...Object.entries({ "content-length": String(Buffer.byteLength(body)), ...headers }).map(
          ([name, value]) => `${name}: ${value}`,
        ),
        "\r\n",
      ].join("\r\n"),
    ),
    Buffer.from(body),
  ]);

/** A server that answers every request alike. */
export const answering = (bytes: string | Buffer, options: LoopbackOptions = {}): Promise<Loopback> =>
  loopback({ onRequest: (socket) => socket.end(bytes) }, options);
