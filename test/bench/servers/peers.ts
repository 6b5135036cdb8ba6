/** What other tools spend on the same checks: new connections, certificates verified. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CORE, isInstalled, pinned, runToEnd } from "./pinned.ts";
import { untilOpen } from "./target.ts";

/** The most that curl does at once. */
const CONCURRENCY = 300;
const ROOT = join(import.meta.dirname, "../../fixtures/certs/root.crt");

/** `1m2.345s` as the shell's `times` prints it, in ms. */
function shellTimeMs(written: string): number {
  const [minutes = "0", seconds = "0"] = written.replace("s", "").split("m");
  return (Number(minutes) * 60 + Number(seconds)) * 1_000;
}

/**
 * CPU per check of `curl -Z`, ms: one run over so many endpoints, or one after the other. No connection or session
 * serves twice, as every endpoint has a name of its own.
 */
export async function curlCpuMs(scheme: string, port: number, endpoints: number, runs = 1): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "vigie-curl-"));
  const file = join(directory, "endpoints.conf");
  const line = (i: number): string => `url=${scheme}://e${i}.vigie.test:${port}/\noutput=/dev/null\n`;
  await writeFile(file, Array.from({ length: endpoints }, (_, i) => line(i)).join(""));
  const curl = `curl -Z --parallel-max ${CONCURRENCY} -s --no-progress-meter --fail --http1.1 --connect-to ::127.0.0.1:${port} --cacert '${ROOT}' -K '${file}'`;
  const loop = `i=0; while [ $i -lt ${runs} ]; do ${curl} 2>/dev/null || exit 1; i=$((i+1)); done; times`;
  try {
    const printed = await runToEnd(CORE.measured, ["sh", "-c", loop]);
    const [user = "", system = ""] = printed.trim().split("\n").at(-1)?.split(" ") ?? [];
    return (shellTimeMs(user) + shellTimeMs(system)) / (runs * endpoints);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const BLACKBOX = "prometheus-blackbox-exporter";
const WARM_UP = 300;
const AT_ONCE = 50;
const BLACKBOX_PORT = 29_115;
/** Of /proc/<pid>/stat: user and system time in clock ticks, of which Linux shows 100 a second to everybody. */
const TICK_MS = 10;
const [USER, SYSTEM] = [11, 12];

async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER]) + Number(fields[SYSTEM])) * TICK_MS;
}

export const hasBlackbox = (): boolean => process.platform === "linux" && isInstalled(BLACKBOX);

function probe(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const path = `/probe?module=h&target=${encodeURIComponent(url)}`;
  get({ host: "127.0.0.1", port: BLACKBOX_PORT, path }, (response) => {
    text(response).then(resolve, reject);
  }).on("error", reject);
  return promise;
}

async function probeMany(url: string, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0)
      if (!(await probe(url)).includes("probe_success 1"))
        throw new Error(`blackbox_exporter could not check ${url}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const CONFIG = `modules:
  h:
    prober: http
    timeout: 10s
    http:
      preferred_ip_protocol: ip4
      enable_http2: false
      tls_config: { ca_file: ${ROOT} }
`;

/** CPU per check of a blackbox_exporter, ms, for each of the URLs; its callers' CPU is not counted. */
export async function blackboxCpuMs(urls: readonly string[], count: number): Promise<number[]> {
  const directory = await mkdtemp(join(tmpdir(), "vigie-blackbox-"));
  const file = join(directory, "blackbox.yml");
  await writeFile(file, CONFIG);
  const listen = `--web.listen-address=127.0.0.1:${BLACKBOX_PORT}`;
  const [program, args] = pinned(CORE.measured, [
    BLACKBOX,
    `--config.file=${file}`,
    listen,
    "--log.level=error",
  ]);
  const child = spawn(program, args, { stdio: "ignore" });
  try {
    await untilOpen(BLACKBOX_PORT);
    const result: number[] = [];
    for (const url of urls) {
      await probeMany(url, WARM_UP);
      const before = await cpuOf(child.pid ?? 0);
      await probeMany(url, count);
      result.push(((await cpuOf(child.pid ?? 0)) - before) / count);
    }
    return result;
  } finally {
    child.kill();
    await once(child, "exit");
    await rm(directory, { recursive: true });
  }
}
