/** Websites and canaries at public addresses that end at this machine; every region sees them in its own way. */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";

/** `fails`: answers 500. `hangs`: accepts and never answers. `resets`: ends the connection. */
export type Health = "well" | "fails" | "hangs" | "resets";

export interface Internet extends AsyncDisposable {
  /** Where processes of the region really connect to (aws-box/runner/host-routes.ts). */
  routes(region: string): Record<string, string>;
  /** The address of a website; it exists as soon as it is asked. */
  site(name: string): string;
  /** From now on these sites (all by default) are so, seen from these regions (all by default). */
  set(health: Health, where?: { sites?: readonly string[]; regions?: readonly string[] }): void;
  /** How often a site was asked. */
  hits(name: string): number;
}

// never connected to: routes lead to this machine. Any two addresses of the public internet do.
const SITES = "93.184.215.14";
const CANARY = "93.184.215.15";

export const CANARY_URL = `http://${CANARY}/`;

const answers: Record<Health, (response: ServerResponse) => void> = {
  well: (response) => response.end("hello"),
  fails: (response) => response.writeHead(500).end("broken"),
  hangs: () => {},
  resets: (response) => response.socket?.resetAndDestroy(),
};

async function listening(
  answer: (path: string, response: ServerResponse) => void,
): Promise<[Server, string]> {
  const server = createServer((request, response) => answer(request.url ?? "", response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  return [server, `127.0.0.1:${address.port}`];
}

export async function makeInternet(regions: readonly string[]): Promise<Internet> {
  const health = new Map<string, Health>();
  const hits = new Map<string, number>();
  const routes = new Map<string, Record<string, string>>();
  const servers: Server[] = [];
  const seen = new Set<string>();
  let everywhere: Health = "well";

  function answer(region: string, path: string, response: ServerResponse): void {
    hits.set(path, (hits.get(path) ?? 0) + 1);
    answers[health.get(`${region}${path}`) ?? everywhere](response);
  }

  for (const region of regions) {
    const [sites, sitesAt] = await listening((path, response) => answer(region, path, response));
    const [canaries, canariesAt] = await listening((_path, response) => answers.well(response));
    servers.push(sites, canaries);
    routes.set(region, { [`${SITES}:80`]: sitesAt, [`${CANARY}:80`]: canariesAt });
  }

  return {
    routes: (region) => routes.get(region) ?? {},
    site(name) {
      seen.add(name);
      return `http://${SITES}/${name}`;
    },
    set(next, where = {}) {
      if (where.sites === undefined && where.regions === undefined) {
        everywhere = next;
        health.clear();
      }
      for (const region of where.regions ?? regions)
        for (const name of where.sites ?? seen) health.set(`${region}/${name}`, next);
    },
    hits: (name) => hits.get(`/${name}`) ?? 0,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
