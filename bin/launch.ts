#!/usr/bin/env node
/**
 * The command `vigie` as installed: it has to parse on any Node that people may still have, so that a too old one
 * gets a sentence instead of a stack trace. Everything else is in vigie.js beside it.
 */
const WANTED = 24;
const SEMI_SPACE = "--max-semi-space-size";
/** Several helper threads of the collector take turns with the event loop on one core: it then stands still for their sum. */
const FLAGS = [`${SEMI_SPACE}=1`, "--v8-pool-size=1"];

/**
 * Short pauses of the garbage collector keep measured times true, and V8 takes such flags only at its start: where
 * the system can replace a process by another (not on Windows), that is done once, with the flags. Whoever gives
 * a size, in NODE_OPTIONS or to node, is left alone.
 */
function startWithShortPauses(): void {
  const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ");
  if (given.includes(SEMI_SPACE) || process.platform === "win32" || process.execve === undefined) return;
  process.execve(
    process.execPath,
    [process.execPath, ...FLAGS, ...process.execArgv, ...process.argv.slice(1)],
    process.env,
  );
}

async function launch(): Promise<void> {
  if (Number(process.versions.node.split(".")[0]) < WANTED) {
    console.error(
      `vigie needs Node ${WANTED} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
        "Install a newer one (https://nodejs.org), or put it first in PATH, and try again.",
    );
    process.exitCode = 2;
    return;
  }
  startWithShortPauses();
  // Beside this file once built; the sources have no such file.
  const program = new URL("./vigie.js", import.meta.url).href;
  await import(program);
}

await launch();
