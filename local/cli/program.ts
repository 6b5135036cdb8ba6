import { Command, CommanderError, Option } from "commander";
import { UsageError } from "./errors.ts";
import { examples, exitHelp, wholeOf } from "./help.ts";
import { type CliIo, exitCodes } from "./io.ts";
import { type AccountCommands, addAccount } from "./program-account.ts";
import { addInstallation, type InstallationCommands } from "./program-installation.ts";

/** What each command does; every one answers an exit code. */
export interface Commands extends InstallationCommands, AccountCommands {
  start(urls: string[], flags: StartFlags): Promise<number>;
  check(urls: string[], flags: CheckFlags): Promise<number>;
  validate(file: string | undefined): Promise<number>;
  stats(flags: StatsFlags): Promise<number>;
  incidents(flags: IncidentFlags): Promise<number>;
  schema(): Promise<number>;
}

export interface StartFlags {
  config?: string;
  data: string;
  ui: boolean;
  port: number;
  once?: boolean;
}

export interface CheckFlags {
  json?: boolean;
  count: number;
  every: string;
  timeout?: string;
  resolver: "dns" | "system";
  family?: "any" | "4" | "6";
  method?: string;
  header?: Record<string, string>;
  redirects?: number;
  status?: string;
  insecure?: boolean;
  public?: boolean;
}

export interface StatsFlags {
  window: string;
  json?: boolean;
  data: string;
}

export interface IncidentFlags {
  json?: boolean;
  data: string;
  open?: boolean;
  endpoint?: string;
  limit: number;
}

/** Beside the configuration, so that two projects never share one; `.vigie/` is what people expect to delete. */
export const DEFAULT_DATA = ".vigie";
export const DEFAULT_PORT = 4280;

/** Builds the command line: wrong usage and unknown words become errors, help and version are printed. */
export function buildProgram(
  commands: Commands,
  version: string,
  io: CliIo,
  done: (code: number) => void,
): Command {
  const program = new Command("vigie")
    .description("Watches websites and endpoints: measures truthfully, alerts rarely.")
    .version(version, "-V, --version", "print the version")
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("Try --help.")
    .addHelpText("after", exitHelp);
  // each command inherits the settings above, as commander copies them when it is added
  addStart(program, commands, done);
  addCheck(program, commands, done);
  addValidate(program, commands, done);
  addReaders(program, commands, done);
  addInstallation(program, commands, done);
  addAccount(program, commands, done);
  return program;
}

type Done = (code: number) => void;

const dataOption = () =>
  new Option("--data <dir>", "where the history is kept").default(
    DEFAULT_DATA,
    "./.vigie in the working directory",
  );

function addStart(program: Command, commands: Commands, done: Done): void {
  program
    .command("start")
    .description("watch endpoints, keep their history, alert when one fails and when it recovers")
    .argument("[urls...]", "watch these instead of what a configuration says")
    .option(
      "-c, --config <file>",
      "configuration (default: ./vigie.yaml, .yml or .json, or else the shipped sample)",
    )
    .addOption(dataOption())
    .option("--no-ui", "one plain line per event instead of the dashboard")
    .addOption(
      new Option("-p, --port <n>", "local HTTP port, 0 for any").default(DEFAULT_PORT).argParser(portOf),
    )
    .option("--once", "one round of checks, then exit")
    .addHelpText(
      "after",
      examples([
        "vigie start",
        "vigie start https://example.com https://www.iana.org",
        "vigie start --config monitoring/vigie.yaml --data /var/lib/vigie --no-ui",
        "vigie start --once && echo all up",
      ]),
    )
    .action(async (urls: string[], flags: StartFlags) => done(await commands.start(urls, flags)));
}

function addCheck(program: Command, commands: Commands, done: Done): void {
  program
    .command("check")
    .description("check URLs now and show where the time went")
    .argument("<urls...>", "http://, https:// or tcp://host:port; https:// where there is none")
    .option("--json", "one JSON object a line")
    .addOption(new Option("-n, --count <n>", "how often").default(1).argParser(wholeOf("-n", 1, 1_000_000)))
    .option("--every <duration>", "pause between repeats", "1s")
    .option("-t, --timeout <duration>", "time for a whole check (default: 10s)")
    .addOption(
      new Option(
        "--resolver <which>",
        "dns: name servers; system: as other programs do, for split DNS and .local",
      )
        .choices(["dns", "system"])
        .default("dns"),
    )
    .addOption(new Option("--family <which>", "IP family (default: any)").choices(["any", "4", "6"]))
    .option("-X, --method <method>", "request method (default: GET)")
    .option("-H, --header <name: value>", "send this header; repeatable", collectHeader)
    .addOption(
      new Option("--redirects <n>", "how many to follow (default: 5)").argParser(
        wholeOf("--redirects", 0, 20),
      ),
    )
    .option("--status <range>", "statuses that are fine (default: 200-399)")
    .option("-k, --insecure", "don't verify certificates")
    .option("--public", "refuse private and loopback addresses")
    .addHelpText(
      "after",
      examples([
        "vigie check https://example.com",
        "vigie check -n 10 --every 5s https://example.com",
        "vigie check --json https://example.com https://www.iana.org | jq .timings",
        "vigie check --timeout 2s tcp://localhost:5432",
      ]),
    )
    .action(async (urls: string[], flags: CheckFlags) => done(await commands.check(urls, flags)));
}

function addValidate(program: Command, commands: Commands, done: Done): void {
  program
    .command("validate")
    .description("read a configuration and say what is wrong with it, by file and line")
    .argument("[file]", "configuration (default: as `vigie start` finds it)")
    .addHelpText("after", examples(["vigie validate", "vigie validate monitoring/vigie.yaml"]))
    .action(async (file: string | undefined) => done(await commands.validate(file)));
  program
    .command("schema")
    .description("print the JSON Schema of the configuration, for editors")
    .addHelpText("after", examples(["vigie schema > vigie.schema.json"]))
    .action(async () => done(await commands.schema()));
}

function addReaders(program: Command, commands: Commands, done: Done): void {
  program
    .command("stats")
    .description("what the history says of each endpoint; `vigie start` may be running")
    .option("-w, --window <window>", "10m, 1h, 24h, 7d, 30d or 90d", "24h")
    .option("--json", "one JSON object a line")
    .addOption(dataOption())
    .addHelpText("after", examples(["vigie stats", "vigie stats --window 30d --json"]))
    .action(async (flags: StatsFlags) => done(await commands.stats(flags)));
  program
    .command("incidents")
    .description("what failed, when, why and what was sent about it, latest first")
    .option("--open", "only those that last")
    .option("--endpoint <id>", "only those of one endpoint")
    .addOption(
      new Option("--limit <n>", "at most this many").default(20).argParser(wholeOf("--limit", 1, 10_000)),
    )
    .option("--json", "one JSON object a line")
    .addOption(dataOption())
    .addHelpText("after", examples(["vigie incidents --open", "vigie incidents --endpoint api --json"]))
    .action(async (flags: IncidentFlags) => done(await commands.incidents(flags)));
}

const portOf = wholeOf("--port", 0, 65_535);

function collectHeader(text: string, before: Record<string, string> = {}): Record<string, string> {
  const colon = text.indexOf(":");
  if (colon < 1) throw new UsageError(`--header takes "Name: value", not "${text}".`);
  return { ...before, [text.slice(0, colon).trim()]: text.slice(colon + 1).trim() };
}

/** The exit code of what commander threw: 0 for help and version, 2 for wrong usage; null when it is another error. */
export function commanderExit(error: unknown): number | null {
  if (!(error instanceof CommanderError)) return null;
  return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}
