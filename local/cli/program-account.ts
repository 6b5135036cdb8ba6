import { type Command, Option } from "commander";
import { examples, wholeOf } from "./help.ts";

/** Commands that speak to the AWS account that an installation is in, or is to be. */
export interface AccountCommands {
  doctor(flags: DoctorFlags): Promise<number>;
  init(flags: InitFlags): Promise<number>;
}

export interface DoctorFlags {
  region?: string[];
  endpoints?: number;
  save?: boolean;
  json?: boolean;
}

export interface InitFlags {
  region?: string;
  stack: string;
}

/** What a deployment calls its stack in the home region. */
export const HOME_STACK = "VigieHome";

type Done = (code: number) => void;

const collect = (text: string, before: string[] = []): string[] => [...before, ...text.split(",")];

export function addAccount(program: Command, commands: AccountCommands, done: Done): void {
  program
    .command("doctor")
    .description("see whether an AWS account is ready for `cdk deploy`, and what to change")
    .option(
      "--region <region>",
      "home region, then further ones; repeatable (default: what cdk.json says)",
      collect,
    )
    .addOption(
      new Option("--endpoints <n>", "how many are to be watched (default: 500)").argParser(
        wholeOf("--endpoints", 1, 10_000_000),
      ),
    )
    .option("--save", "record in cdk.context.json whether Timestream can be used")
    .option("--json", "one JSON object")
    .addHelpText(
      "after",
      examples(
        [
          "vigie doctor",
          "vigie doctor --save",
          "vigie doctor --endpoints 20000",
          "vigie doctor --region eu-west-1,us-east-1",
        ],
        "something has to be changed",
      ),
    )
    .action(async (flags: DoctorFlags) => done(await commands.doctor(flags)));
  program
    .command("init")
    .description("with AWS credentials: make the first API token of a deployed installation and keep it here")
    .option("--region <region>", "home region (default: what cdk.json says, or AWS_REGION)")
    .option("--stack <name>", "the home stack", HOME_STACK)
    .addHelpText("after", examples(["vigie init", "vigie init --region eu-west-1"], null))
    .action(async (flags: InitFlags) => done(await commands.init(flags)));
}
