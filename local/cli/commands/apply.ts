import { resolve } from "node:path";
import { systemClock } from "../../clock.ts";
import { discoverConfig } from "../../config/discover.ts";
import { loadDeclared } from "../../config/load.ts";
import { carryOut, type Outcome } from "../apply/carry-out.ts";
import { type Plan, planOf } from "../apply/plan.ts";
import { counted, outcomeLines, planLines } from "../apply/show.ts";
import { confirmed } from "../ask.ts";
import { UsageError } from "../errors.ts";
import { type CliIo, exitCodes, painterFor } from "../io.ts";
import type { ApplyFlags } from "../program-installation.ts";
import { progressOf } from "../progress.ts";
import { type Client, makeClient } from "../remote/client.ts";
import { deployedEndpoints, regionsOf } from "../remote/installation.ts";
import { targetOf } from "../remote/target.ts";
import type { Package } from "./start.ts";

/**
 * `vigie apply`: makes an installation have the endpoints that a file declares. The file is read whole before anything
 * is written; answers 1 when some endpoint could not be written.
 */
export async function apply(flags: ApplyFlags, home: Package, io: CliIo): Promise<number> {
  const { dryRun = false, yes = false, json = false } = flags;
  if (json && !yes && !dryRun) throw new UsageError("--json asks nobody: add --yes to apply, or --dry-run.");
  const target = await targetOf(flags.url, io);
  const client = makeClient({ target, version: home.version, clock: systemClock, signal: io.signal });
  const { plan, leftBehind } = await makePlan(flags, home.root, client, io);
  const work = { ...plan, extra: flags.prune ? plan.extra : [] };
  if (!json) showPlan(plan, leftBehind, flags, client, io);
  const idle = work.create.length + work.change.length + work.extra.length === 0;
  const go = !dryRun && !idle && (yes || (await agreed(io)));
  const outcome = go ? await carryOutShown(client, work, json, io) : null;
  if (json) io.stdout.write(`${JSON.stringify(jsonOf(plan, leftBehind, flags, client, outcome))}\n`);
  if (outcome === null && !dryRun && !idle) return exitCodes.failed; // the user said no
  return plan.elsewhere.length + (outcome?.failed.length ?? 0) + (outcome?.left ?? 0) === 0
    ? exitCodes.ok
    : exitCodes.failed;
}

async function makePlan(flags: ApplyFlags, root: string, client: Client, io: CliIo) {
  const path = await fileOf(flags.file, root, io);
  const { endpoints, leftBehind } = await loadDeclared(path, await regionsOf(client));
  return { plan: planOf(endpoints, await deployedEndpoints(client)), leftBehind };
}

async function fileOf(asked: string | undefined, root: string, io: CliIo): Promise<string> {
  if (asked !== undefined) return resolve(io.cwd, asked);
  const { path, sample } = await discoverConfig(io.cwd, root);
  if (sample) throw new UsageError("There is no vigie.yaml here: name the file with -f.");
  return path;
}

function showPlan(
  plan: Plan,
  leftBehind: readonly string[],
  flags: ApplyFlags,
  client: Client,
  io: CliIo,
): void {
  const paint = painterFor(io.stdout, io.env);
  const say = (line: string) => io.stdout.write(`${line}\n`);
  say(paint("bold", client.target.url));
  for (const line of planLines(plan, flags.prune === true, paint)) say(line);
  if (leftBehind.length > 0)
    say(
      `Not carried over: ${leftBehind.join(", ")}. Who is told, and from where it is checked, is the installation's own.`,
    );
}

async function agreed(io: CliIo): Promise<boolean> {
  const answer = await confirmed("Apply this?", io);
  if (answer === null) throw new UsageError("Nobody is there to be asked: add --yes to apply, or --dry-run.");
  if (!answer) io.stdout.write("Nothing was changed.\n");
  return answer;
}

async function carryOutShown(client: Client, work: Plan, json: boolean, io: CliIo): Promise<Outcome> {
  const total = work.create.length + work.change.length + work.extra.length;
  const progress = progressOf(`applying ${counted(total, "change")}:`, total, io, systemClock);
  const outcome = await carryOut(client, work, io.signal, progress.at).finally(progress.end);
  const lines = outcomeLines(outcome, painterFor(io.stdout, io.env));
  if (!json) io.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return outcome;
}

/** For machines; `outcome` is null where nothing was to be done. */
function jsonOf(
  { create, change, extra, elsewhere, unchanged }: Plan,
  leftBehind: readonly string[],
  { dryRun = false, prune = false }: ApplyFlags,
  client: Client,
  outcome: Outcome | null,
) {
  return {
    url: client.target.url,
    dryRun,
    create: create.map(({ id }) => id),
    change: change.map(({ id, fields }) => ({ id, fields })),
    delete: prune ? extra.map(({ id }) => id) : [],
    extra: prune ? [] : extra.map(({ id }) => id),
    elsewhere,
    unchanged,
    leftBehind,
    outcome,
  };
}
