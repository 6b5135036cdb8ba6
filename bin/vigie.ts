#!/usr/bin/env node
import { runCli } from "../local/cli/run.ts";
import { stopSignals } from "../local/cli/signals.ts";

const { stdout, stderr, env } = process;
const signal = stopSignals(process);
process.exitCode = await runCli(process.argv.slice(2), import.meta.dirname, {
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
  signal,
});
