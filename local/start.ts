import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { openResilient, type ResilientStores } from "../lib/adapters/sqlite/index.ts";
import { systemClock } from "./clock.ts";
import { loadConfig, settingsFromUrls } from "./config/load.ts";
import { watchConfig } from "./config/watch.ts";
import type { Settings } from "./settings.ts";
import { type Front, makeFront, type Terminal } from "./ui/front.ts";
import type { Listener } from "./wiring/events.ts";
import { serveLocally } from "./wiring/http.ts";
import { lineOf } from "./wiring/plain.ts";
import { makeQuiet } from "./wiring/quiet.ts";
import { makeRuntime, type Runtime } from "./wiring/runtime.ts";
import { troublesOf } from "./wiring/troubles.ts";

export interface StartOptions {
  /** Configuration file; without it the URLs are watched. */
  config?: string;
  /** Directory of the data file. */
  data: string;
  urls: string[];
  /** The dashboard, where there is a terminal. */
  ui: boolean;
  /** Local HTTP port, 0 for any. */
  port: number;
  /** One round of checks, then the end. */
  once: boolean;
  version: string;
}

/** What of the process it runs in `vigie start` may touch. */
export interface StartIo {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** For the dashboard; null where there is no terminal, or an unfit one. */
  terminal: Terminal | null;
  env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user wants to stop. */
  signal: AbortSignal;
  /** The user wants to stop, and said so to the dashboard. */
  stop(reason: string): void;
}

/** The database inside the data directory. */
const DATABASE_NAME = "vigie.db";
/** Beside it: what a metrics sink has not taken yet. */
const SPOOL_NAME = "metrics.db";
/** How long what is in flight may take to finish after a stop. */
const FINISH_MS = 10_000;

const settingsOf = ({ config, urls }: StartOptions, { env }: StartIo): Settings | Promise<Settings> =>
  config === undefined ? settingsFromUrls(urls) : loadConfig(config, env);

/** Standard output is what was asked for, one plain line per event. */
const printer =
  ({ stdout }: StartIo): Listener =>
  (event) =>
    stdout.write(`${lineOf(event, systemClock.now())}\n`);

interface Session {
  options: StartOptions;
  io: StartIo;
  stores: ResilientStores;
  runtime: Runtime;
  front: Front;
  listener: Listener;
  /** Aborts when all has ended. */
  ended: AbortSignal;
}

/**
 * `vigie start`: watches until the signal aborts, or once. Answers the exit code: 0; with `once` 1 when an endpoint
 * failed, 2 when none did but some could not be judged through a fault of ours.
 * @throws InvalidInput for a configuration that can't be used; StoreInUse and others when the data file can't be
 */
export async function startVigie(options: StartOptions, io: StartIo): Promise<number> {
  const settings = await settingsOf(options, io);
  const front = makeFront(systemClock, printer(io));
  const listener = makeQuiet(front.listener, systemClock);
  const stores = openResilient(join(options.data, DATABASE_NAME), {
    now: systemClock.now,
    onTrouble: (trouble) => listener({ kind: "store", trouble }),
  });
  const ended = new AbortController();
  const abort = after(io.signal, FINISH_MS, ended.signal);
  try {
    const spool = join(options.data, SPOOL_NAME);
    const deps = { stores, spool, listener, clock: systemClock, env: io.env, version: options.version };
    const runtime = await makeRuntime({ ...deps, holder: randomUUID(), stop: io.signal, abort }, settings);
    const session = { options, io, stores, runtime, front, listener, ended: ended.signal };
    return await (options.once ? checkOnce(session) : watch(session)).finally(runtime.close);
  } finally {
    ended.abort();
    stores.close();
  }
}

/** Aborts so long after `signal` did, unless all has ended by then. */
function after(signal: AbortSignal, ms: number, ended: AbortSignal): AbortSignal {
  const over = new AbortController();
  const wait = () => void systemClock.sleep(ms, ended).then(() => over.abort());
  signal.addEventListener("abort", wait, { once: true });
  return over.signal;
}

async function checkOnce({ runtime }: Session): Promise<number> {
  const { failed, invalid, unfinished, missed } = await runtime.once();
  if (failed > 0) return 1;
  return invalid + unfinished + missed > 0 ? 2 : 0;
}

async function watch(session: Session): Promise<number> {
  const { options, io, runtime, listener, stores, ended } = session;
  const settings = runtime.settings();
  const { region, endpoints, canaries } = settings;
  listener({ kind: "started", endpoints: endpoints.length, region, canaries: canaries.length });
  const http = await serveLocally({
    stores,
    clock: systemClock,
    listener,
    version: options.version,
    port: options.port,
    configFile: options.config ?? null,
    settings: runtime.settings,
    troubles: () =>
      troublesOf({
        now: systemClock.now,
        tickedAt: runtime.tickedAt,
        storeTrouble: () => stores.trouble()?.cause.message ?? null,
      }),
  });
  io.signal.addEventListener("abort", () => listener({ kind: "stopping", reason: String(io.signal.reason) }));
  // A message on its way to somebody who does not answer holds up the end no longer than this.
  const tooLong = aborted(after(io.signal, FINISH_MS + 2_000, ended));
  const all = [runtime.run(), watchFile(session, settings), showDashboard(session)];
  await Promise.race([Promise.all(all), tooLong]);
  await http?.close();
  return 0;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

async function showDashboard({ options, io, stores, runtime, front }: Session): Promise<void> {
  const { terminal, signal } = io;
  if (!options.ui || terminal === null) return;
  const onQuit = (by: string) => io.stop(by === "Ctrl-C" ? "SIGINT" : by);
  await front.show({ terminal, stores, settings: runtime.settings, signal, onQuit });
}

async function watchFile({ options, io, runtime, listener }: Session, current: Settings): Promise<void> {
  if (options.config === undefined) return;
  await watchConfig(options.config, {
    current,
    env: io.env,
    clock: systemClock,
    signal: io.signal,
    onChange: (settings) => runtime.reload(settings),
    onError: (error) => listener({ kind: "reload-failed", error }),
  });
}
