/** The server that the CPU benchmark checks: nginx where it is installed, as it is quick; else one of Node's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { certificate } from "../../support/certificates.ts";
import { CORE, isInstalled, nodeCommand, pinned, startService } from "./pinned.ts";

export interface Target {
  name: string;
  ports: { http: number; https: number };
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP: never a pipe's string
  server.close();
  await once(server, "close");
  return port;
}

/** Waits until something accepts connections at the port. */
export async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
  throw new Error(`Nothing listens on port ${port}`);
}

const nginxConfig = (directory: string, http: number, https: number): string => `
worker_processes 1; daemon off; pid ${directory}/nginx.pid; error_log ${directory}/error.log warn;
events { worker_connections 4096; multi_accept on; }
http {
  access_log off; ssl_session_cache off; ssl_session_tickets off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${directory}/${name};`).join(" ")}
  server { listen 127.0.0.1:${http} backlog=4096; location / { return 200 "hello world, healthy\\n"; } }
  server {
    listen 127.0.0.1:${https} ssl backlog=4096;
    ssl_certificate ${directory}/good.crt; ssl_certificate_key ${directory}/good.key;
    location / { return 200 "hello world, healthy\\n"; }
  }
}
`;

async function startNginx(): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  await mkdir(directory, { recursive: true });
  const [http, https] = [await freePort(), await freePort()];
  const { key, cert } = certificate("good");
  await writeFile(join(directory, "good.key"), key, { mode: 0o600 });
  await writeFile(join(directory, "good.crt"), cert);
  const file = join(directory, "nginx.conf");
  await writeFile(file, nginxConfig(directory, http, https));
  const [program, args] = pinned(CORE.peer, ["nginx", "-e", join(directory, "error.log"), "-c", file]);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  await untilOpen(https);
  return {
    name: "nginx",
    ports: { http, https },
    stop: async () => {
      child.kill();
      await once(child, "exit");
      await rm(directory, { recursive: true });
    },
  };
}

async function startNode(): Promise<Target> {
  const server = await startService(CORE.peer, nodeCommand(join(import.meta.dirname, "plain-server.ts")));
  const [http = "", https = ""] = server.said.split(" ");
  return {
    name: "a Node server (nginx is not installed)",
    ports: { http: Number(http), https: Number(https) },
    stop: server.stop,
  };
}

export const startTarget = (): Promise<Target> => (isInstalled("nginx") ? startNginx() : startNode());
