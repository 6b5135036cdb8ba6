/** What the runner and a function's process (host.ts) say to each other. */

export interface HostArguments {
  /** Path of the bundle. */
  bundle: string;
  /** Milliseconds to add to the machine's clock. */
  offsetMs: number;
  /** Places of the internet that are ports of this machine: `8.8.8.8:80` to `127.0.0.1:41234`. */
  routes: Record<string, string>;
}

export interface InvokeMessage {
  requestId: string;
  event: unknown;
  /** Epoch ms on the box's clock. */
  deadline: number;
  offsetMs: number;
  functionArn: string;
}

export interface FunctionError {
  name: string;
  message: string;
  stack: string;
}

/** CPU since the process began, and memory now: the process as a whole, its start included. */
export interface Usage {
  rssBytes: number;
  cpuMs: number;
}

export type HostMessage =
  /** The bundle was imported; `importMs` on the machine's clock. */
  | { kind: "ready"; importMs: number }
  | { kind: "broken"; error: FunctionError }
  | { kind: "answered"; requestId: string; payload: unknown; usage: Usage }
  | { kind: "threw"; requestId: string; error: FunctionError; usage: Usage };
