import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The entry point of the command line. */
export const entry = join(import.meta.dirname, "../../../bin/vigie.ts");

/** A directory of a test's own, removed at the end of its scope. */
export async function makeFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "vigie-e2e-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Writes a configuration (JSON is YAML) and answers its path. */
export async function writeConfig(folder: string, config: object): Promise<string> {
  const path = join(folder, "vigie.yaml");
  await writeFile(path, JSON.stringify(config));
  return path;
}

/** A Vigie in a process of its own. */
export interface Running extends AsyncDisposable {
  pid: number;
  /** Everything it said so far, standard output and error. */
  lines: readonly string[];
  /** The first line that matches, said already or to come; rejects with all lines when the process ends before. */
  line(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  /** Resolves with exit code or signal when it has ended. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts `vigie` with these words. */
export const vigie = (words: readonly string[]): Running => program(process.execPath, [entry, ...words]);

/** Starts any program. */
export function program(command: string, words: readonly string[]): Running {
  return watch(spawn(command, words, { env: { ...process.env, NO_COLOR: "1" }, stdio: "pipe" }));
}

function watch(child: ChildProcess): Running {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      wake();
    });
  }
  let over = false;
  const ended = once(child, "close").then(() => {
    over = true;
    wake();
    return child.exitCode ?? child.signalCode;
  });
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    kill: (signal) => void child.kill(signal),
    tell: (line) => void child.stdin?.write(`${line}\n`),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined && !over) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`Ended without ${pattern}:\n${lines.join("\n")}`));
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      if (!over) child.kill("SIGKILL");
      await ended;
    },
  };
}
