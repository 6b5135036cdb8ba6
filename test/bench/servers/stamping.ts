/** The server whose own stamps the accuracy benchmark trusts: in C where it can be compiled, else in Node. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificate } from "../../support/certificates.ts";
import { CORE, nodeCommand, type Service, startService } from "./pinned.ts";

const source = (name: string): string => join(import.meta.dirname, name);

/** The program, or null where there is no C compiler or no OpenSSL to compile against. */
function compiled(directory: string): string | null {
  const program = join(directory, "stamping-server");
  const file = source("stamping-server.c");
  const cc = spawnSync("cc", ["-O2", "-pthread", file, "-lssl", "-lcrypto", "-o", program], {
    stdio: "ignore",
  });
  return cc.status === 0 ? program : null;
}

/** Starts it, with its port as `said`; `name` tells which of the two it is. */
export async function startStampingServer(delayMs: number): Promise<Service & { name: string }> {
  const directory = await mkdtemp(join(tmpdir(), "vigie-stamping-"));
  const { key, cert } = certificate("good");
  const [keyFile, certFile] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  await writeFile(keyFile, key, { mode: 0o600 });
  await writeFile(certFile, cert);
  const program = compiled(directory);
  const command =
    program === null
      ? nodeCommand(source("stamping-server.ts"), String(delayMs))
      : [program, String(delayMs), certFile, keyFile];
  const service = await startService(CORE.peer, command);
  return {
    ...service,
    name: program === null ? "Node (its own queueing counts as error; install cc and libssl-dev)" : "C",
    stop: async () => {
      await service.stop();
      await rm(directory, { recursive: true });
    },
  };
}
