import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { bareEndpoint } from "../core/endpoint/bare.ts";
import type { Endpoint } from "../core/endpoint/endpoint.ts";
import type { Lookup } from "./lookup/lookup.ts";
import { protocolCheckOf } from "./registry.ts";
import type { Shared } from "./tries.ts";

const HOST = "127.0.0.1";
/** Enough for what matters to be compiled; some 20 ms in all. */
const ROUNDS = 20;
const TIMEOUT_MS = 1_000;
const SCHEMES = ["tcp", "http", "https"] as const;

const loopback: Lookup = {
  lookup: async () => ({ ok: true, addresses: [{ address: HOST, family: 4 }], retried: false }),
};

const endpointAt = (url: string): Endpoint =>
  bareEndpoint("warm-up", url, { timeoutMs: TIMEOUT_MS, redirects: 0 });

/** Speaks plain HTTP only: what a TLS client learns from it ends at the handshake, which is most of the way. */
function makeServer(): Server {
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
  });
}

async function run(shared: Shared, url: string, signal: AbortSignal): Promise<void> {
  const check = protocolCheckOf(url);
  for (let round = 0; round < ROUNDS; round++)
    await check(endpointAt(url), {
      ...shared.deps,
      guard: () => ({ allowed: true }),
      lookup: loopback,
      family: "any",
      avoid: new Set(),
      signal,
    });
}

/** Sends checks through all of the engine before one counts. Where loopback can't be used, checks start cold. */
export async function warmUp(shared: Shared): Promise<void> {
  const server = makeServer();
  try {
    server.listen(0, HOST);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // a server that listens on TCP has no other kind of address
    for (const scheme of SCHEMES) {
      await run(shared, `${scheme}://${HOST}:${port}/`, AbortSignal.timeout(TIMEOUT_MS));
      shared.warm.add(scheme);
    }
  } catch {
    // The flag `cold` says it on the checks that are concerned.
  } finally {
    server.close();
  }
}
