import { type Command, Option } from "commander";
import { examples } from "./help.ts";

/** Commands that speak to an installation over HTTP, here or on AWS. */
export interface InstallationCommands {
  apply(flags: ApplyFlags): Promise<number>;
  testAlert(flags: RemoteFlags): Promise<number>;
}

/** Which installation, and for whom the answer is. */
export interface RemoteFlags {
  url?: string;
  json?: boolean;
}

export interface ApplyFlags extends RemoteFlags {
  file?: string;
  dryRun?: boolean;
  prune?: boolean;
  yes?: boolean;
}

type Done = (code: number) => void;

const urlOption = () =>
  new Option("--url <url>", "the installation (default: VIGIE_URL, or the one that `vigie init` stored)");

export function addInstallation(program: Command, commands: InstallationCommands, done: Done): void {
  program
    .command("apply")
    .description("make an installation have the endpoints that a file declares")
    .option("-f, --file <file>", "configuration (default: ./vigie.yaml, .yml or .json)")
    .addOption(urlOption())
    .option("--dry-run", "say what would be done, do nothing")
    .option("--prune", "delete endpoints that the file doesn't have")
    .option("-y, --yes", "don't ask")
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      examples(
        [
          "vigie apply -f vigie.yaml",
          "vigie apply --dry-run --prune",
          "VIGIE_URL=https://… VIGIE_TOKEN=vg_… vigie apply -f vigie.yaml --yes",
          "vigie apply -f vigie.yaml --url http://127.0.0.1:4280",
        ],
        "some endpoint could not be written, or the answer was no",
      ),
    )
    .action(async (flags: ApplyFlags) => done(await commands.apply(flags)));
  program
    .command("test-alert")
    .description("send a test message to whoever is told when a website is down")
    .addOption(urlOption())
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      examples(
        ["vigie test-alert", "vigie test-alert --url http://127.0.0.1:4280"],
        "some channel did not take it",
      ),
    )
    .action(async (flags: RemoteFlags) => done(await commands.testAlert(flags)));
}
