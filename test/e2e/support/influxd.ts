import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { program, type Running } from "./vigie.ts";

/** Why the tests against a real InfluxDB can't run here; null when they can. */
export function whyNoInfluxd(): string | null {
  try {
    const version = execFileSync("influxd", ["version"], { encoding: "utf8" });
    return /InfluxDB v1\./.test(version) ? null : `influxd is not 1.x: ${version.trim()}`;
  } catch {
    return "influxd is not installed (Debian: apt-get install influxdb)";
  }
}

/** An InfluxDB 1.x of a test's own. */
export interface Influxd extends AsyncDisposable {
  url: string;
  /** Asks in InfluxQL, of the database `web`; the values of the first series, row by row. */
  query(q: string): Promise<unknown[][]>;
  kill(): Promise<void>;
}

export interface InfluxdOptions {
  folder: string;
  /** 0: any that is free. */
  port?: number;
  /** Its only user. */
  auth?: { user: string; password: string };
}

const configuration = (folder: string, port: number, auth: boolean): string => `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${join(folder, "meta")}"
[data]
  dir = "${join(folder, "data")}"
  wal-dir = "${join(folder, "wal")}"
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${auth}
[monitor]
  store-enabled = false
`;

async function listening(running: Running): Promise<string> {
  const line = await running.line(/Listening on HTTP/i);
  const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
  if (port === undefined) throw new Error(`no port in: ${line}`);
  return `http://127.0.0.1:${port}`;
}

/** The answer to a query, as far as tests look at it. */
interface Answer {
  results?: { series?: { values: unknown[][] }[]; error?: string }[];
  error?: string;
}

/** Starts it, on what a folder holds already. */
export async function influxd({ folder, port = 0, auth }: InfluxdOptions): Promise<Influxd> {
  await mkdir(folder, { recursive: true });
  const config = join(folder, "influxdb.conf");
  await writeFile(config, configuration(folder, port, auth !== undefined));
  const running = program("influxd", ["run", "-config", config]);
  const url = await listening(running);
  const ask = async (q: string, user?: InfluxdOptions["auth"]): Promise<unknown[][]> => {
    const who = user === undefined ? {} : { u: user.user, p: user.password };
    const query = new URLSearchParams({ db: "web", epoch: "ms", q, ...who });
    const response = await fetch(`${url}/query?${query}`, { method: "POST" });
    const { results = [], error } = (await response.json()) as Answer; // documented
    const said = error ?? results[0]?.error;
    if (said !== undefined) throw new Error(said);
    return results[0]?.series?.[0]?.values ?? [];
  };
  if (auth !== undefined)
    await ask(`CREATE USER "${auth.user}" WITH PASSWORD '${auth.password}' WITH ALL PRIVILEGES`);
  return {
    url,
    query: (q) => ask(q, auth),
    async kill() {
      running.kill("SIGKILL");
      await running.ended;
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
