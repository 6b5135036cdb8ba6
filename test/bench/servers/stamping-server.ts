/**
 * `node stamping-server.ts <delay in ms>`: an HTTPS server that answers after the delay, and notes when it had read
 * each request (`GET /<id>`) and when it wrote the answer. Prints its port; `GET /stamps` answers with
 * `{ <id>: ms between the two }` and forgets them. Talks TLS without the http module, to be quick about it.
 */
import { constants } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { certificate } from "../../support/certificates.ts";

const delayMs = Number(process.argv[2] ?? 100);
let stamps: Record<string, number> = {};

const text = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;

function answerLater(socket: TLSSocket, id: string): void {
  const readAt = performance.now();
  setTimeout(() => {
    stamps[id] = performance.now() - readAt;
    socket.end(text("ok"));
  }, delayMs);
}

function answerWithStamps(socket: TLSSocket): void {
  socket.end(text(JSON.stringify(stamps)));
  stamps = {};
}

const server = createServer(
  { ...certificate("good"), secureOptions: constants.SSL_OP_NO_TICKET, noDelay: true },
  (socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (chunk) => {
      const id = chunk.latin1Slice(5, chunk.indexOf(" ", 5));
      if (id === "stamps") answerWithStamps(socket);
      else answerLater(socket, id);
    });
  },
);
server.on("tlsClientError", () => {});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  console.log((server.address() as AddressInfo).port); // listening on TCP: never a pipe's string
});
