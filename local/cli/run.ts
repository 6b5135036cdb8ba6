import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findPackageRoot } from "../config/discover.ts";
import { check } from "./commands/check.ts";
import { incidents } from "./commands/incidents.ts";
import { schema } from "./commands/schema.ts";
import { start } from "./commands/start.ts";
import { stats } from "./commands/stats.ts";
import { validate } from "./commands/validate.ts";
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
    const program = buildProgram(commandsFor(root, io), await versionOf(root), io, (answer) => {
      code = answer;
    });
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    code = commanderExit(error) ?? complain(error, io);
  }
  return io.signal.reason === "SIGINT" && code !== exitCodes.usage ? exitCodes.interrupted : code;
}

const commandsFor = (root: string, io: CliIo): Commands => ({
  start: (urls, flags) => start(urls, flags, root, io),
  check: (urls, flags) => check(urls, flags, io),
  validate: (file) => validate(file, root, io),
  stats: (flags) => stats(flags, io),
  incidents: (flags) => incidents(flags, io),
  schema: () => schema(io),
});

async function versionOf(root: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const known = typeof parsed === "object" && parsed !== null && "version" in parsed;
  return known ? String(parsed.version) : "unknown";
}
