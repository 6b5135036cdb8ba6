import { type ChildProcess, spawn } from "node:child_process";
import { Resolver as RawResolver } from "node:dns/promises";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeResolver } from "../../lib/probe/lookup/resolver.ts";
import { systemClock } from "../../local/clock.ts";
import { type BenchResult, median } from "./bench.ts";

export const title = "500 names at once on a name server that takes 20 ms";

const NAMES = 500;
const DELAY_MS = 20;
const RUNS = 5;
const LIMIT_MS = 60;
const NAME_SERVER = join(import.meta.dirname, "servers", "name-server.ts");

async function startNameServer(): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(process.execPath, [NAME_SERVER, String(DELAY_MS)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [address] = await once(createInterface(child.stdout), "line");
  return { child, address: String(address) };
}

const names = (run: number): string[] =>
  Array.from({ length: NAMES }, (_, i) => `host${i}.run${run}.example`);

interface Sample {
  wallMs: number;
  cpuMs: number;
  /** Names answered without an error and without a repeat. */
  clean: number;
}

async function timed(resolveAll: () => Promise<boolean[]>): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const results = await resolveAll();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, clean: results.filter(Boolean).length };
}

/** Vigie: A and AAAA of every name. */
function vigie(address: string) {
  const resolver = makeResolver({ resolver: "dns", clock: systemClock, servers: [address] });
  return (run: number) => {
    const tick = resolver.forTick();
    return timed(() =>
      Promise.all(
        names(run).map(async (name) => {
          const { signal } = new AbortController(); // its own, as a check's
          const result = await tick.lookup(name, "any", signal);
          return result.ok && !result.retried && result.addresses.length === 2;
        }),
      ),
    );
  };
}

/** What c-ares does at best: the same questions on one bare channel. */
function bare(address: string) {
  return (run: number) => {
    const resolver = new RawResolver({ timeout: 2000, tries: 1 });
    resolver.setServers([address]);
    return timed(() =>
      Promise.all(
        names(run).map((name) =>
          Promise.all([resolver.resolve4(name), resolver.resolve6(name)]).then(
            () => true,
            () => false,
          ),
        ),
      ),
    );
  };
}

async function sample(measure: (run: number) => Promise<Sample>): Promise<Sample[]> {
  await measure(0); // warm-up
  const samples: Sample[] = [];
  for (let run = 1; run <= RUNS; run += 1) samples.push(await measure(run));
  return samples;
}

export async function run(): Promise<BenchResult> {
  const { child, address } = await startNameServer();
  try {
    const ours = await sample(vigie(address));
    const theirs = await sample(bare(address));
    return {
      rows: [
        {
          what: "vigie, all names",
          value: median(ours.map((one) => one.wallMs)),
          unit: "ms",
          limit: LIMIT_MS,
        },
        {
          what: "vigie, names resolved without a repeat, worst run",
          value: Math.min(...ours.map((one) => one.clean)),
          unit: "names",
          limit: NAMES,
          bound: "atLeast",
        },
        { what: "vigie, CPU per name", value: median(ours.map((one) => one.cpuMs)) / NAMES, unit: "ms" },
        {
          what: "c-ares, one bare channel, all names",
          value: median(theirs.map((one) => one.wallMs)),
          unit: "ms",
        },
        { what: "c-ares, CPU per name", value: median(theirs.map((one) => one.cpuMs)) / NAMES, unit: "ms" },
      ],
      notes: [
        `A and AAAA of ${NAMES} names, median of ${RUNS} runs; the name server is a process of its own on loopback.`,
        "curl and blackbox_exporter ask the system's name server only, so they can't be pointed at this one.",
      ],
    };
  } finally {
    child.stdin?.end();
    await once(child, "exit");
  }
}
