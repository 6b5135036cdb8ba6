/**
 * `node bare-checker.ts <port> <count>`: asks the stamping server over bare TLS sockets, as little as a check can be,
 * and prints the CPU per check in ms. It tells how fast the machine is.
 */
import { createSecureContext, connect as tlsConnect } from "node:tls";
import { testRoot } from "../../support/certificates.ts";

const [port = "0", count = "0"] = process.argv.slice(2);
const HOST = "e1.vigie.test";
const CONCURRENCY = 50;
const WARM_UP = 500;
const secureContext = createSecureContext({ ca: testRoot, ecdhCurve: "X25519:P-256:P-384" });

function ask(): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = tlsConnect({ host: "127.0.0.1", port: Number(port), servername: HOST, secureContext });
  socket.setNoDelay(true);
  socket.on("secureConnect", () =>
    socket.write(`GET /bare HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`),
  );
  socket.on("data", () => socket.destroy());
  socket.on("error", reject);
  socket.on("close", () => resolve());
  return promise;
}

async function askMany(total: number): Promise<void> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

await askMany(WARM_UP);
const before = process.cpuUsage();
await askMany(Number(count));
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1_000 / Number(count));
process.exit(0);
