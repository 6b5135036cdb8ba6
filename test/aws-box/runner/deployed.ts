/** A function as an account has it: environments are started when none is idle, and kept. */
import { randomUUID } from "node:crypto";
import type { BoxClock } from "../clock.ts";
import type { Door } from "../door.ts";
import { SECRET_ACCESS_KEY } from "../signature.ts";
import { arn, type Caller } from "../wire.ts";
import { type FunctionProcess, type Outcome, startProcess } from "./function-process.ts";

export interface FunctionOptions {
  name: string;
  region: string;
  /** Path of the bundle (`index.mjs`). */
  bundle: string;
  /** Its own variables. `door`: where the box is for this process, `http://127.0.0.1:port`. */
  env(door: string): Record<string, string>;
  /** 60 s by default; real time. */
  timeoutMs?: number;
  memoryMb?: number;
  /** Places that are others for this process: `8.8.8.8:80` to `127.0.0.1:41234`. */
  routes?: Record<string, string>;
}

export interface Invocation {
  /** Names it in the box's log. */
  requestId: string;
  outcome: Outcome;
}

export interface DeployedFunction extends AsyncDisposable {
  readonly name: string;
  readonly region: string;
  invoke(event: unknown): Promise<Invocation>;
  /** Ends every environment: the next invocation starts cold. */
  chill(): Promise<void>;
  /** What all its processes wrote to their standard output and error, ended ones first. */
  output(): string;
  /** How many processes were started. */
  readonly starts: number;
  /** Import times of the bundle, ms, one for each process. */
  readonly importsMs: readonly number[];
}

/** What a function needs of the box around it. */
export interface Surroundings {
  clock: BoxClock;
  openDoor(caller: Caller): Promise<Door>;
  /** From now on the process serves this invocation; null: it is idle. */
  busy(caller: Caller, requestId: string | null): void;
  /** Has the process known by its caller, so that faults can kill it. */
  introduce(caller: Caller, kill: () => void): void;
}

interface Environment {
  caller: Caller;
  door: Door;
  process: FunctionProcess;
}

const TIMEOUT_MS = 60_000;

/** What Lambda sets by itself. */
function ambient({ name, region, memoryMb = 1_769, bundle }: FunctionOptions, caller: Caller, door: string) {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: `AKIA${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")}${caller.process}`,
    AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN: "token",
    AWS_ENDPOINT_URL: door,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    LAMBDA_TASK_ROOT: bundle.slice(0, bundle.lastIndexOf("/")),
    TZ: ":UTC",
  };
}

export function deploy(around: Surroundings, options: FunctionOptions): DeployedFunction {
  const { name, region, timeoutMs = TIMEOUT_MS } = options;
  const idle: Environment[] = [];
  const all = new Set<Environment>();
  const importsMs: number[] = [];
  let starts = 0;
  let ended = "";

  async function start(): Promise<Environment> {
    const caller: Caller = { name, region, process: ++starts };
    const door = await around.openDoor(caller);
    const { bundle, routes = {} } = options;
    const env = { ...ambient(options, caller, door.url), ...options.env(door.url) };
    const process = await startProcess({ bundle, routes, env, offsetMs: around.clock.offsetMs() });
    around.introduce(caller, process.kill);
    importsMs.push(process.importMs);
    const environment = { caller, door, process };
    all.add(environment);
    return environment;
  }

  async function end(environment: Environment): Promise<void> {
    environment.process.kill();
    await environment.process.ended;
    all.delete(environment);
    ended += environment.process.output();
    await environment.door[Symbol.asyncDispose]();
  }

  async function invoke(event: unknown): Promise<Invocation> {
    const environment = idle.pop() ?? (await start());
    const { caller, process } = environment;
    const requestId = randomUUID();
    around.busy(caller, requestId);
    const message = {
      requestId,
      event,
      deadline: around.clock.now() + timeoutMs,
      offsetMs: around.clock.offsetMs(),
      functionArn: arn("lambda", region, `function:${name}`),
    };
    const outcome = await process.invoke(message, timeoutMs);
    around.busy(caller, null);
    if (process.alive()) idle.push(environment);
    else await end(environment);
    return { requestId, outcome };
  }

  async function chill(): Promise<void> {
    await Promise.all(idle.splice(0).map(end));
  }

  return {
    name,
    region,
    invoke,
    chill,
    output: () => ended + [...all].map(({ process }) => process.output()).join(""),
    get starts() {
      return starts;
    },
    importsMs,
    async [Symbol.asyncDispose]() {
      idle.length = 0;
      await Promise.all([...all].map(end));
    },
  };
}
