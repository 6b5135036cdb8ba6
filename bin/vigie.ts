#!/usr/bin/env node
import { runCli } from "../local/cli/run.ts";
import { stopSignals } from "../local/cli/signals.ts";

const { stdin, stdout, stderr, env } = process;
// The dashboard's React is several times slower unless this is set before it is loaded.
env["NODE_ENV"] ??= "production";
const stopping = stopSignals(process);
process.exitCode = await runCli(process.argv.slice(2), import.meta.dirname, {
  stdin,
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
  signal: stopping.signal,
  stop: (reason) => stopping.abort(reason),
  host: process,
});
