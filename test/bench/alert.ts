import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeHandle } from "../../functions/failure/handle.ts";
import { openSqlite } from "../../lib/adapters/sqlite/index.ts";
import type { Message } from "../../lib/core/ports.ts";
import { post, recordAt } from "../functions/failure/world.ts";
import { endpointWith, MINUTE, outcomeAt, SECOND, START } from "../lib/core/alert/play.ts";
import { type BenchResult, median } from "./bench.ts";

export const title = "500 endpoints failing in one tick: verdicts, incidents and one message";

const ENDPOINTS = 500;
const RUNS = 5;
const LIMIT_MS = 500;

const endpoints = Array.from({ length: ENDPOINTS }, (_, i) =>
  endpointWith({ confirm: 1 }, MINUTE, `site-${i}`),
);

interface Run {
  ms: number;
  messages: Message[];
  down: number;
}

/** Stores on disk, a window of ok ticks, then every endpoint's failure in one post. */
async function once(folder: string): Promise<Run> {
  const stores = openSqlite(join(folder, `${randomUUID()}.db`));
  await stores.endpoints.replaceAll("file", endpoints);
  const oks = [0, 1, 2, 3].flatMap((slot) =>
    endpoints.flatMap(({ id }) => recordAt(id, "local", START + slot * MINUTE, "o")),
  );
  await stores.ticks.append(oks);
  const messages: Message[] = [];
  const failure = makeHandle({
    ...stores,
    notifier: {
      send: async (message) => {
        messages.push(message);
        return [{ channel: "bench", ok: true, at: message.at }];
      },
    },
    clock: { now: () => START + 4 * MINUTE + 5 * SECOND },
    regions: ["local"],
    holder: "bench",
    onFault: (error) => {
      throw error;
    },
  });
  const posts = endpoints.map(({ id }) => post(id, outcomeAt("local", START + 4 * MINUTE, "x")));
  const began = performance.now();
  await failure(posts);
  const ms = performance.now() - began;
  const open = await stores.incidents.list({ org: "default", open: true, limit: 1_000 });
  stores.close();
  return { ms, messages, down: open.filter(({ verdict }) => verdict === "down").length };
}

export async function run(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  try {
    const runs: Run[] = [];
    for (let i = 0; i < RUNS; i++) runs.push(await once(folder));
    return {
      rows: [
        {
          what: "incidents open, fewest",
          value: Math.min(...runs.map(({ down }) => down)),
          unit: "",
          limit: ENDPOINTS,
          bound: "atLeast",
        },
        {
          what: "messages, most",
          value: Math.max(...runs.map(({ messages }) => messages.length)),
          unit: "",
          limit: 1,
        },
        {
          what: `post to message sent and cleared, median of ${RUNS}`,
          value: median(runs.map(({ ms }) => ms)),
          unit: "ms",
          limit: LIMIT_MS,
        },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
