import { watch as watchDirectory } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Clock } from "../../lib/core/ports.ts";
import { makeBell } from "../bell.ts";
import type { Settings } from "../settings.ts";
import { loadConfig } from "./load.ts";

/** What watching needs. `current`: the settings in force, so that an edit made before the watch began is seen. */
export interface WatchOptions {
  current: Settings;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** The new settings, whole. Awaited: changes come one after another. */
  onChange(settings: Settings): void | Promise<void>;
  /** Why the file can't be used now (InvalidInput with lines, or another error); the old settings stay in force. */
  onError(error: unknown): void;
  signal: AbortSignal;
  /** The file has to stand still this long, because editors write in several steps (default 200). */
  debounceMs?: number;
  /** Looks by itself this often: network drives and bind mounts tell nobody (default 5,000). */
  pollEveryMs?: number;
}

/**
 * Watches a configuration file until the signal aborts, and reloads it whole or not at all. The directory is watched,
 * because editors replace files by renaming. An edit that changes nothing (a comment) is not reported, unless it mends
 * what was an error; neither is the same error twice. Resolves when the watch has ended.
 */
export async function watchConfig(path: string, options: WatchOptions): Promise<void> {
  const { clock, signal } = options;
  const bell = makeBell(clock, signal);
  const close = listen(path, bell.ring);
  const look = makeLook(path, options);
  try {
    while (!signal.aborted) {
      await look();
      await bell.wait(options.pollEveryMs ?? 5_000);
    }
  } finally {
    close();
  }
}

/** Compares what the file says with what is in force. Reads nothing while the file's stamp is the same. */
function makeLook(path: string, options: WatchOptions): () => Promise<void> {
  let stamp = "";
  let inForce = JSON.stringify(options.current);
  let lastError = "";
  const complain = (error: unknown) => {
    if (String(error) !== lastError) options.onError(error);
    lastError = String(error);
  };
  const apply = async (settings: Settings) => {
    const mended = lastError !== "";
    if (mended || JSON.stringify(settings) !== inForce) await options.onChange(settings);
    inForce = JSON.stringify(settings);
    lastError = "";
  };
  return async () => {
    if ((await stampOf(path)) === stamp) return;
    stamp = await settled(path, options);
    if (options.signal.aborted) return;
    const settings = await loadConfig(path, options.env).catch(complain);
    if (settings === undefined) return;
    await apply(settings).catch((error: unknown) => {
      stamp = ""; // the file is good, taking it over failed: tried again at the next look
      complain(error);
    });
  };
}

/** Waits until the file stands still: half a list is valid YAML too, and would remove endpoints. */
async function settled(path: string, { clock, signal, debounceMs }: WatchOptions): Promise<string> {
  for (let before = await stampOf(path); ; ) {
    await clock.sleep(debounceMs ?? 200, signal);
    const after = await stampOf(path);
    if (after === before || signal.aborted) return after;
    before = after;
  }
}

const stampOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ mtimeMs, ctimeMs, size, ino }) => `${mtimeMs} ${ctimeMs} ${size} ${ino}`,
    (error: NodeJS.ErrnoException) => `gone ${error.code}`,
  );

/** Tells of changes in the file's directory; silent where the system can't, and the polling remains. */
function listen(path: string, ring: () => void): () => void {
  try {
    const name = basename(path);
    const watcher = watchDirectory(dirname(path), { persistent: false }, (_event, changed) => {
      // A symbolic link (Kubernetes) changes under other names, and some systems give no name.
      if (changed === null || changed === name || changed.startsWith("..")) ring();
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}
