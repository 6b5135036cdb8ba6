import { resolve } from "node:path";
import { discoverConfig } from "../../config/discover.ts";
import { UsageError } from "../errors.ts";
import type { CliIo } from "../io.ts";
import type { StartFlags } from "../program.ts";

/** What is installed: where its files are, and its version. */
export interface Package {
  root: string;
  version: string;
}

/**
 * `vigie start`: finds the configuration and hands over to the one-machine runtime, which answers the exit code.
 * The runtime is loaded only here: the other commands start faster without it.
 */
export async function start(
  urls: string[],
  flags: StartFlags,
  home: { root: string; version: string },
  io: CliIo,
): Promise<number> {
  if (urls.length > 0 && flags.config !== undefined)
    throw new UsageError("Give URLs or --config, not both: the configuration says what to watch.");
  const config = urls.length > 0 ? undefined : await configFor(flags.config, home.root, io);
  const { startVigie } = await import("../../start.ts");
  const { data, ui, port, once = false } = flags;
  const { version } = home;
  const options = { data: resolve(io.cwd, data), urls: urls.map(withScheme), ui, port, once, version };
  return startVigie(config === undefined ? options : { ...options, config }, {
    ...io,
    terminal: isFit(io) ? io : null,
  });
}

/** A dashboard needs a screen it can move about on, and keys. */
const isFit = ({ stdin, stdout, env }: CliIo): boolean =>
  stdin.isTTY === true && stdout.isTTY === true && env["TERM"] !== "dumb";

async function configFor(asked: string | undefined, packageRoot: string, io: CliIo): Promise<string> {
  if (asked !== undefined) return resolve(io.cwd, asked);
  const { path, sample } = await discoverConfig(io.cwd, packageRoot);
  const advice = sample
    ? `No vigie.yaml here, so this is the sample ${path}. To watch your own: cp ${path} vigie.yaml, and edit that.`
    : `Watching what ${path} says. Edit it while this runs: it is read again when you save it.`;
  io.stderr.write(`${advice}\n`);
  return path;
}

/** `example.com` means `https://example.com`. */
export const withScheme = (url: string): string => (url.includes("://") ? url : `https://${url}`);
