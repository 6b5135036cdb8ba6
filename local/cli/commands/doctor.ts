import { clientsFor } from "../../../lib/adapters/aws-account/account.ts";
import { systemClock } from "../../../lib/adapters/system-clock.ts";
import { type AppContext, deploymentOf, readContext, recordFound } from "../doctor/context.ts";
import { type Examined, examine, questionsFor, type Wanted } from "../doctor/examine.ts";
import { type Finding, fine } from "../doctor/finding.ts";
import { UsageError } from "../errors.ts";
import { type CliIo, exitCodes, type Paint, painterFor, plain } from "../io.ts";
import type { DoctorFlags } from "../program-account.ts";
import { progressOf } from "../progress.ts";

const DEFAULT_ENDPOINTS = 500;
const SHARD_SIZE = 500;

/** `vigie doctor`: whether an account is ready for a deployment; answers 1 when something has to be changed. */
export async function doctor(flags: DoctorFlags, io: CliIo): Promise<number> {
  const wanted = await wantedFor(flags, io.cwd);
  const progress = progressOf("asking AWS:", questionsFor(wanted), io, systemClock);
  let answers = 0;
  const examined = await examine(wanted, clientsFor, () => progress.at(++answers)).finally(progress.end);
  const findings = flags.save ? await saved(examined, wanted, io.cwd) : examined.findings;
  const { account = null, arn = null } = examined.identity ?? {};
  const { homeRegion, probeRegions, endpoints } = wanted;
  const text = flags.json
    ? [JSON.stringify({ account, arn, homeRegion, probeRegions, endpoints, findings })]
    : findingLines(findings, painterFor(io.stdout, io.env));
  io.stdout.write(text.map((line) => `${line}\n`).join(""));
  return findings.every(({ state }) => state === "ok" || state === "skipped")
    ? exitCodes.ok
    : exitCodes.failed;
}

async function wantedFor(
  { region, endpoints = DEFAULT_ENDPOINTS }: DoctorFlags,
  folder: string,
): Promise<Wanted> {
  const context = await readContext(folder);
  if (region !== undefined)
    return {
      ...regionsFrom(region),
      shardSize: SHARD_SIZE,
      endpoints,
      phones: [],
      timestream: timestreamIn(context),
    };
  if (context === null)
    throw new UsageError("There is no cdk.json here: go where you deploy from, or give --region.");
  const { homeRegion, probeRegions, alertPhones, probe } = await deploymentOf(folder, context);
  return {
    homeRegion,
    probeRegions,
    shardSize: probe.shardSize,
    endpoints,
    phones: alertPhones,
    timestream: timestreamIn(context),
  };
}

function regionsFrom(given: readonly string[]): Pick<Wanted, "homeRegion" | "probeRegions"> {
  for (const region of given)
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
      throw new UsageError(`--region takes AWS regions such as eu-west-1, not "${region}".`);
  const [homeRegion = ""] = given;
  return { homeRegion, probeRegions: given };
}

const timestreamIn = (context: AppContext | null): Wanted["timestream"] => ({
  recorded: context?.found["timestream"] === true,
  inAppFile: context !== null && Object.hasOwn(context.app, "timestream"),
});

/** Records what was found of Timestream, and says so in its finding. What could not be asked is not recorded. */
async function saved({ findings, timestream }: Examined, wanted: Wanted, folder: string): Promise<Finding[]> {
  if (timestream === null || wanted.timestream.inAppFile) return findings;
  const path = await recordFound(folder, "timestream", timestream);
  return findings.map((finding) =>
    finding.name === "timestream"
      ? fine(finding, `recorded in ${path}: ${timestream ? "can be used" : "can't be used here"}`)
      : finding,
  );
}

const marks = { ok: "✔", change: "✘", unknown: "?", skipped: "-" } as const;
const colours = { ok: "green", change: "red", unknown: "yellow", skipped: "dim" } as const;
const NAME_WIDTH = 14;

function findingLines(findings: readonly Finding[], paint: Paint): string[] {
  const open = findings.filter(({ state }) => state === "change" || state === "unknown").length;
  const total = open === 0 ? "Nothing has to be changed." : `${open} of ${findings.length} to look at.`;
  return [...findings.flatMap((finding) => linesOf(finding, paint)), total];
}

function linesOf({ name, region, state, text, fix }: Finding, paint: Paint): string[] {
  const place = region === null ? "" : `${region}: `;
  const head = `${paint(colours[state], marks[state])} ${name.padEnd(NAME_WIDTH)}${place}${plain(text)}`;
  return fix === undefined ? [head] : [head, `${" ".repeat(NAME_WIDTH + 2)}${paint("bold", plain(fix))}`];
}
