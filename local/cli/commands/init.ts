import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { clientsFor } from "../../../lib/adapters/aws-account/account.ts";
import { type StackState, stackState } from "../../../lib/adapters/aws-account/questions.ts";
import { registerToken } from "../../../lib/adapters/aws-account/tokens.ts";
import { systemClock } from "../../../lib/adapters/system-clock.ts";
import { newToken } from "../../../lib/adapters/token/token.ts";
import { VigieError } from "../../../lib/core/errors.ts";
import { LOCAL_ORG } from "../../settings.ts";
import { deploymentOf, readContext } from "../doctor/context.ts";
import { UsageError } from "../errors.ts";
import { type CliIo, exitCodes, painterFor } from "../io.ts";
import type { InitFlags } from "../program-account.ts";
import { type Client, makeClient, RemoteProblem } from "../remote/client.ts";
import {
  type Credentials,
  credentialsPath,
  readCredentials,
  writeCredentials,
} from "../remote/credentials.ts";

/** What the stacks call the table of endpoints and tokens, where the stack's outputs don't name it. */
export const CONFIG_TABLE = "vigie-config";

/** What an installation's stack says of it. */
interface Found {
  region: string;
  url: string;
  table: string;
}

/**
 * `vigie init`: finds the installation in the account, makes an API token for it and keeps both here, for their owner
 * alone. Where a stored token still works, nothing is made. The token is never printed.
 */
export async function init(flags: InitFlags, version: string, io: CliIo): Promise<number> {
  const found = await find(flags, io);
  const path = credentialsPath(io.env, process.platform);
  const clientOf = ({ url, token }: Credentials): Client =>
    makeClient({ target: { url, token }, version, clock: systemClock, signal: io.signal });
  const before = await readCredentials(path).catch(() => null); // what can't be read is written anew
  const works = before?.url === found.url && (await isValid(clientOf(before)));
  if (!works) await makeOne(found, path, clientOf);
  const paint = painterFor(io.stdout, io.env);
  const what = works ? "The token that is stored in" : "A new API token is stored in";
  io.stdout.write(
    `${paint("green", "ready:")} ${found.url}\n${what} ${path}${works ? " works" : ", readable for you alone"}.\n` +
      "Next: vigie apply -f vigie.yaml, then vigie test-alert.\n",
  );
  for (const name of ["VIGIE_URL", "VIGIE_TOKEN"])
    if (io.env[name]) io.stderr.write(`${name} is set, and comes before what is stored.\n`);
  return exitCodes.ok;
}

/** Stored first, then tried: a token that nobody has would be of no use to anybody. */
async function makeOne(found: Found, path: string, clientOf: (given: Credentials) => Client): Promise<void> {
  const credentials = { url: found.url, token: newToken(randomBytes) };
  const name = `vigie init on ${hostname()}`.slice(0, 100);
  await registerToken(found.region, found.table, credentials.token, {
    org: LOCAL_ORG,
    name,
    createdAt: systemClock.now(),
  });
  await writeCredentials(path, credentials);
  if (await becomesValid(clientOf(credentials))) return;
  throw new VigieError(
    "token_refused",
    `${found.url} does not take the token that was just made: is ${found.table} its table?`,
  );
}

const TRIES = 5;
const PAUSE_MS = 500;

/** A token that was just written may take a moment until it is found. */
async function becomesValid(client: Client): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (await isValid(client)) return true;
    await systemClock.sleep(PAUSE_MS);
  }
  return false;
}

async function isValid(client: Client): Promise<boolean> {
  try {
    await client.call("GET", "/v1/endpoints?limit=1&status=false");
    return true;
  } catch (error) {
    if (error instanceof RemoteProblem && error.status === 401) return false;
    throw error;
  }
}

async function find({ region: asked, stack: name }: InitFlags, io: CliIo): Promise<Found> {
  const region = asked ?? (await homeRegionOf(io));
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new UsageError(`--region takes an AWS region such as eu-west-1, not "${region}".`);
  const clients = clientsFor(region);
  try {
    return foundIn(await stackState(clients, name), region, name);
  } finally {
    clients.close();
  }
}

async function homeRegionOf({ cwd, env }: CliIo): Promise<string> {
  const context = await readContext(cwd);
  const region =
    context === null
      ? env["AWS_REGION"] || env["AWS_DEFAULT_REGION"]
      : (await deploymentOf(cwd, context)).homeRegion;
  if (region !== undefined && region !== "") return region;
  throw new UsageError("In which region is it? Give --region, or go where its cdk.json is.");
}

function foundIn(state: StackState | null, region: string, name: string): Found {
  if (state === null)
    throw new VigieError(
      "no_stack",
      `There is no stack ${name} in ${region}: deploy first (npx cdk deploy --all), or give its --region.`,
    );
  const url = state.outputs.get("ApiUrl")?.replace(/\/+$/, "");
  if (url === undefined || !URL.canParse(url))
    throw new VigieError(
      "no_stack",
      `The stack ${name} in ${region} (${state.status}) names no ApiUrl: deploy it again.`,
    );
  return { region, url, table: state.outputs.get("ConfigTable") ?? CONFIG_TABLE };
}
