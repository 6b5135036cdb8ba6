import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { FunctionError, HostArguments, HostMessage, InvokeMessage, Usage } from "./messages.ts";

/** How an invocation ended. `died`: the process was killed, or ended by itself, before there was an answer. */
export type Outcome =
  | { kind: "answered"; payload: unknown; usage: Usage }
  | { kind: "threw"; error: FunctionError; usage: Usage }
  | { kind: "timed-out" }
  | { kind: "died"; code: number | null; signal: string | null };

/** One environment of a function: a process that serves one invocation at a time and is frozen in between. */
export interface FunctionProcess {
  /** Of the import of its bundle, ms. */
  importMs: number;
  /** Kills the process with SIGKILL when there is no answer in `timeoutMs`, as Lambda does. */
  invoke(message: InvokeMessage, timeoutMs: number): Promise<Outcome>;
  kill(): void;
  /** Resolves when it has ended and all it wrote has arrived. */
  ended: Promise<void>;
  /** Whether it can be invoked again. */
  alive(): boolean;
  /** Everything written to standard output and standard error. */
  output(): string;
}

export interface StartOptions extends HostArguments {
  /** All there is: nothing of the test's own environment. */
  env: Record<string, string>;
}

const HOST = join(import.meta.dirname, "host.ts");

/** A stopped process does not end with its parent: it is killed. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

function launch({ env, ...host }: StartOptions): ChildProcess {
  const child = fork(HOST, [JSON.stringify(host satisfies HostArguments)], {
    env,
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

function outputOf(child: ChildProcess): () => string {
  let text = "";
  const add = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  return () => text;
}

/** The next thing the host says, or null when the process ended. */
async function heard(child: ChildProcess, signal?: AbortSignal): Promise<HostMessage | null> {
  const ended = new AbortController();
  const options = { signal: AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]) };
  try {
    return await Promise.race([
      // only host.ts speaks here
      once(child, "message", options).then(([message]) => message as HostMessage),
      once(child, "exit", options).then(() => null),
    ]);
  } finally {
    ended.abort();
  }
}

function outcomeOf(child: ChildProcess, message: HostMessage | null): Outcome {
  if (message === null) return { kind: "died", code: child.exitCode, signal: child.signalCode };
  if (message.kind === "answered")
    return { kind: "answered", payload: message.payload, usage: message.usage };
  if (message.kind === "threw") return { kind: "threw", error: message.error, usage: message.usage };
  throw new Error(`The host said "${message.kind}" in the middle of an invocation.`);
}

async function invoke(child: ChildProcess, message: InvokeMessage, timeoutMs: number): Promise<Outcome> {
  child.kill("SIGCONT");
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const answer = heard(child);
  child.send(message);
  const outcome = outcomeOf(child, await answer);
  clearTimeout(timer);
  if (outcome.kind === "died" && late) return { kind: "timed-out" };
  if (outcome.kind !== "died") child.kill("SIGSTOP");
  return outcome;
}

/**
 * Starts a process and imports the bundle in it.
 * @throws Error with the function's own words when the bundle can't be imported
 */
export async function startProcess(options: StartOptions): Promise<FunctionProcess> {
  const child = launch(options);
  const output = outputOf(child);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const message = await heard(child);
  if (message?.kind !== "ready") {
    child.kill("SIGKILL");
    const why = message?.kind === "broken" ? message.error.stack : output();
    throw new Error(`${options.bundle} could not be started: ${why}`);
  }
  let killed = false;
  return {
    importMs: message.importMs,
    invoke: (invocation, timeoutMs) => invoke(child, invocation, timeoutMs),
    kill() {
      killed = true;
      child.kill("SIGKILL");
    },
    ended,
    alive: () => child.exitCode === null && child.signalCode === null && !killed,
    output,
  };
}
