/** Child processes for benchmarks, each pinned to a core where `taskset` can do it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

/** Whether a program is on the PATH. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;

const canPin = process.platform === "linux" && isInstalled("taskset");

/** What is measured runs on core 0, what it talks to on core 1, so that neither waits for the other. */
export const CORE = { measured: 0, peer: 1 } as const;

export const pinningNote = (): string =>
  canPin && availableParallelism() > 1
    ? "Checker and server were pinned to a core each."
    : "Not pinned: this needs taskset and two cores, so the figures say little.";

/** The command line that runs a program on a core. */
export function pinned(core: number, command: readonly string[]): [string, string[]] {
  const line =
    canPin && availableParallelism() > core ? ["taskset", "-c", String(core), ...command] : [...command];
  return [line[0] ?? "", line.slice(1)];
}

/** Pins this process, and those that it starts from now on; where that can't be done, none. */
export function pinSelf(core: number): void {
  const [program, ...args] = ["taskset", "-cp", String(core), String(process.pid)];
  if (canPin && program !== undefined) spawnSync(program, args);
}

export interface Service {
  /** First line it printed. */
  said: string;
  pid: number;
  stop(): Promise<void>;
}

const exited = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
};

/** Starts a program that prints a line when it is ready, and runs until stopped. */
export async function startService(core: number, command: readonly string[]): Promise<Service> {
  const [program, args] = pinned(core, command);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(createInterface(child.stdout), "line")) as [string]; // readline emits lines as strings
  return {
    said,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
      await exited(child);
    },
  };
}

/** Runs a program to its end and answers with what it printed; a failure is an error. */
export async function runToEnd(core: number, command: readonly string[]): Promise<string> {
  const [program, args] = pinned(core, command);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const output = await text(child.stdout);
  await exited(child);
  if (child.exitCode === 0) return output;
  throw new Error(`${command.join(" ")} ended with ${child.exitCode ?? child.signalCode}`);
}

/** With the flags that `npm start` and the installed command have (docs/decisions/0006). */
export const nodeCommand = (script: string, ...args: string[]): string[] => [
  process.execPath,
  "--max-semi-space-size=1",
  "--v8-pool-size=1",
  script,
  ...args,
];
