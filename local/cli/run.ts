import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findPackageRoot } from "../config/discover.ts";
import { complain } from "./errors.ts";
import { type CliIo, exitCodes } from "./io.ts";
import { buildProgram, type Commands, commanderExit } from "./program.ts";

/**
 * Runs one command line (without `node` and the script) and answers its exit code; never rejects.
 * @param from a directory inside the package: where its package.json and sample are looked for
 */
export async function runCli(argv: readonly string[], from: string, io: CliIo): Promise<number> {
  let code: number = exitCodes.ok;
  try {
    const root = await findPackageRoot(from);
    const version = await versionOf(root);
    const program = buildProgram(commandsFor(root, version, io), version, io, (answer) => {
      code = answer;
    });
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    code = commanderExit(error) ?? complain(error, io);
  }
  return io.signal.reason === "SIGINT" && code !== exitCodes.usage ? exitCodes.interrupted : code;
}

/** Commands are loaded when they are asked for: `--help` needs no check engine, `check` no dashboard. */
const commandsFor = (root: string, version: string, io: CliIo): Commands => ({
  start: async (urls, flags) =>
    (await import("./commands/start.ts")).start(urls, flags, { root, version }, io),
  check: async (urls, flags) => (await import("./commands/check.ts")).check(urls, flags, version, io),
  validate: async (file) => (await import("./commands/validate.ts")).validate(file, root, io),
  stats: async (flags) => (await import("./commands/stats.ts")).stats(flags, io),
  incidents: async (flags) => (await import("./commands/incidents.ts")).incidents(flags, io),
  apply: async (flags) => (await import("./commands/apply.ts")).apply(flags, { root, version }, io),
  testAlert: async (flags) => (await import("./commands/test-alert.ts")).testAlert(flags, version, io),
  doctor: async (flags) => (await import("./commands/doctor.ts")).doctor(flags, io),
  init: async (flags) => (await import("./commands/init.ts")).init(flags, version, io),
  schema: async () => (await import("./commands/schema.ts")).schema(io),
});

async function versionOf(root: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const known = typeof parsed === "object" && parsed !== null && "version" in parsed;
  return known ? String(parsed.version) : "unknown";
}
