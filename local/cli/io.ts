import { styleText } from "node:util";
import { withoutControls } from "../../lib/adapters/terminal/notifier.ts";

/** What a command may touch of the process it runs in. */
export interface CliIo {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Aborts when the user wants to stop. */
  signal: AbortSignal;
  /** Asks for the same, in the words of what asked. */
  stop(reason: string): void;
  /** Tells of an error that ends the process, before it does: `process`. */
  host: Pick<NodeJS.EventEmitter, "on" | "off">;
}

/** The exit codes of every command, as `--help` documents them. */
export const exitCodes = {
  /** Everything asked about is up, or the command did what it was told. */
  ok: 0,
  /** Some endpoint failed. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;

type Style = Parameters<typeof styleText>[0];

/** Colours a text for a stream: only on a terminal, and never against NO_COLOR (https://no-color.org). */
export type Paint = (style: Style, text: string) => string;

/** The painter of one stream. */
export function painterFor(stream: NodeJS.WriteStream, env: CliIo["env"]): Paint {
  const colour = stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

/** Text from outside, safe for a terminal; what was taken out shows. */
export const plain = (text: string): string => withoutControls(text, "\ufffd");
