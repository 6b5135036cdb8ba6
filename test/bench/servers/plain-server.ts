/** `node plain-server.ts`: answers HTTP and HTTPS with a short body; prints both ports. */
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { certificate } from "../../support/certificates.ts";

const listen = async (server: Server): Promise<number> => {
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 });
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // listening on TCP: never a pipe's string
};

const plain = createServer((_, response) => response.end("hello world, healthy\n"));
const secure = createSecureServer(certificate("good"), (_, response) =>
  response.end("hello world, healthy\n"),
);
console.log(`${await listen(plain)} ${await listen(secure)}`);
