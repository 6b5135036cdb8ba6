/** A way into the box of one caller's own: what comes in by it is that caller's, signed or not. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { scopeOf } from "./signature.ts";
import type { BoxRequest, Caller } from "./wire.ts";

export interface Door extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  url: string;
}

/** An SDK's pooled connection outlives any pause of a test. */
const KEEP_ALIVE_MS = 600_000;

export type Receive = (request: BoxRequest, response: ServerResponse) => Promise<void>;

async function read(message: IncomingMessage, caller: Caller, door: string): Promise<BoxRequest> {
  const { pathname, searchParams } = new URL(message.url ?? "/", door);
  return {
    method: message.method ?? "GET",
    path: pathname,
    query: searchParams,
    headers: message.headers,
    body: await buffer(message),
    caller,
    scope: scopeOf(message.headers),
    door,
  };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export async function openDoor(caller: Caller, receive: Receive): Promise<Door> {
  let url = "";
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
    // whoever was killed half-way through a request has no answer to wait for
    read(message, caller, url)
      .then((request) => receive(request, response))
      .catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  url = `http://127.0.0.1:${address.port}`;
  return { url, [Symbol.asyncDispose]: () => close(server) };
}
