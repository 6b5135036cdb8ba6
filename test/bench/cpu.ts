/** What a check costs: CPU per HTTP and HTTPS check on new connections, side by side with curl and blackbox_exporter. */
import { join } from "node:path";
import { type BenchResult, type BenchRow, median } from "./bench.ts";
import { blackboxCpuMs, curlCpuMs, hasBlackbox } from "./servers/peers.ts";
import { CORE, nodeCommand, pinningNote, runToEnd } from "./servers/pinned.ts";
import { startTarget, type Target } from "./servers/target.ts";

export const title =
  "CPU per check on a new connection, certificates verified, against curl -Z in the same run";

const RUNS = 5;
/** What a minute of a small installation asks for; curl gets them in one run, and is shown in runs of 500 beside it. */
const ENDPOINTS = 2_000;
const SMALL = 500;
const BLACKBOX_COUNT = 1_000;
const SCHEMES = ["https", "http"] as const;
type Scheme = (typeof SCHEMES)[number];

const CHECKER = join(import.meta.dirname, "servers", "cpu-checker.ts");

interface Sample {
  vigie: number;
  curl: number;
  /** Curl started anew for every 500. */
  curlSmall: number;
}

async function sample(scheme: Scheme, port: number): Promise<Sample> {
  const command = nodeCommand(CHECKER, scheme, String(port), String(ENDPOINTS));
  const vigie = Number(await runToEnd(CORE.measured, command));
  const curl = await curlCpuMs(scheme, port, ENDPOINTS);
  return { vigie, curl, curlSmall: await curlCpuMs(scheme, port, SMALL, ENDPOINTS / SMALL) };
}

/** Rounds, so that a slow spell of the machine falls on all alike. */
async function samples(target: Target): Promise<Record<Scheme, Sample[]>> {
  const all: Record<Scheme, Sample[]> = { https: [], http: [] };
  for (let i = 0; i < RUNS; i++)
    for (const scheme of SCHEMES) all[scheme].push(await sample(scheme, target.ports[scheme]));
  return all;
}

function rowsOf(scheme: Scheme, found: readonly Sample[], blackbox: number | undefined): BenchRow[] {
  const name = scheme.toUpperCase();
  const vigie = median(found.map((one) => one.vigie));
  const ratio = median(found.map((one) => one.vigie / one.curl));
  const rows: BenchRow[] = [
    { what: `${name}: vigie / curl -Z`, value: ratio, unit: "x", limit: 1 },
    { what: `${name}: vigie`, value: vigie, unit: "ms" },
    { what: `${name}: curl -Z`, value: median(found.map((one) => one.curl)), unit: "ms" },
    {
      what: `${name}: curl -Z, started for every ${SMALL}`,
      value: median(found.map((one) => one.curlSmall)),
      unit: "ms",
    },
  ];
  if (blackbox !== undefined)
    rows.push(
      { what: `${name}: blackbox_exporter`, value: blackbox, unit: "ms" },
      { what: `${name}: vigie / blackbox_exporter`, value: vigie / blackbox, unit: "x" },
    );
  return rows;
}

export async function run(): Promise<BenchResult> {
  const target = await startTarget();
  try {
    const found = await samples(target);
    const blackbox = hasBlackbox()
      ? await blackboxCpuMs(
          SCHEMES.map((scheme) => `${scheme}://127.0.0.1:${target.ports[scheme]}/`),
          BLACKBOX_COUNT,
        )
      : [];
    return {
      rows: SCHEMES.flatMap((scheme, i) => rowsOf(scheme, found[scheme], blackbox[i])),
      notes: [
        `Target: ${target.name}. Median of ${RUNS} runs over ${ENDPOINTS} endpoints, each with a name of its own; of vigie after 2,000 unmeasured checks. ${pinningNote()}`,
        ...(hasBlackbox() ? [] : ["blackbox_exporter is not installed: left out."]),
      ],
    };
  } finally {
    await target.stop();
  }
}
