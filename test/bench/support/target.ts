/** What benchmarks check over HTTP, in this process: `/` answers at once, `/slow` after a while, and a port that hangs. */
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server, type Socket } from "node:net";

/** Addresses of the internet that functions find it at (the box's routes). */
export const ANSWERING = "8.8.8.8";
export const HANGING = "8.8.4.4";

export interface Targets extends AsyncDisposable {
  routes: Record<string, string>;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  return `127.0.0.1:${address.port}`;
}

export async function startTargets(slowMs: number): Promise<Targets> {
  const answer: RequestListener = ({ url }, response) => {
    const end = () => response.end("hello world, healthy\n");
    if (url === "/slow") setTimeout(end, slowMs);
    else end();
  };
  const web = createHttpServer(answer);
  const held = new Set<Socket>();
  const mute = createServer((socket) => {
    held.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => held.delete(socket));
  });
  return {
    routes: { [`${ANSWERING}:80`]: await listening(web), [`${HANGING}:80`]: await listening(mute) },
    async [Symbol.asyncDispose]() {
      web.closeAllConnections();
      for (const socket of held) socket.destroy();
      await Promise.all([web, mute].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
