/** An installation as its stacks describe it, of built functions around stand-ins: what benchmarks invoke. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTable, type Table } from "../../../lib/adapters/dynamodb/table.ts";
import type { TableName } from "../../../lib/adapters/dynamodb/tables.ts";
import { bundleFunctions, FUNCTIONS } from "../../../scripts/bundle.ts";
import { type Account, deployStacks } from "../../aws-box/account/deploy-stacks.ts";
import type { Stack } from "../../aws-box/account/template.ts";
import { type Box, startBox } from "../../aws-box/box.ts";
import type { Call } from "../../aws-box/log.ts";
import type { DeployedFunction, Invocation } from "../../aws-box/runner/deployed.ts";
import type { Consumed } from "../../aws-box/services/consumed.ts";
import { dynamodbAt, tableNames } from "../../aws-box/tables.ts";
import { API_ID } from "../../aws-box/wire.ts";
import { synthesize } from "../../lib/infra/support.ts";
import { createTables } from "../../support/dynamo-tables.ts";
import { systemClock } from "../../support/system-clock.ts";

export const HOME = "eu-west-1";
export const REGIONS = [HOME, "us-east-1", "ap-southeast-1"];

export interface InstallationOptions {
  /** What cdk.json may hold besides the regions. */
  context?: Record<string, unknown>;
  /** Places of the internet that are ports here, as the box's runner takes them. */
  routes?: Record<string, string>;
  /** Variables of every function besides its own. */
  variables?: Record<string, string>;
}

export interface Installation extends AsyncDisposable {
  box: Box;
  account: Account;
  stacks: readonly Stack[];
  /** Past the box: for what a benchmark prepares. */
  tables: Record<TableName, Table>;
  /** Throws RangeError for a function there is not. */
  find(region: string, name: string): DeployedFunction;
  /** What calls of DynamoDB consumed, in order. */
  consumed: Consumed[];
}

const bundleName = (functionName: string): string =>
  functionName.replace(/^vigie-/, "").replace(/-slow$/, "");

/** The box, whose functions have some more variables. */
function withVariables(box: Box, variables: Record<string, string>): Box {
  return {
    ...box,
    deploy: (options) => box.deploy({ ...options, env: (door) => ({ ...options.env(door), ...variables }) }),
  };
}

function openTables(box: Box): Record<TableName, Table> {
  const client = dynamodbAt(box.dynamodb.url, HOME);
  const open = (name: TableName): Table => openTable({ client, clock: systemClock }, tableNames[name]);
  return { config: open("config"), alerts: open("alerts"), ticks: open("ticks"), history: open("history") };
}

async function bundleAll(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  await bundleFunctions(join(folder, "bundles"), FUNCTIONS);
  return folder;
}

/** Bundles the functions, synthesizes the stacks, and lays them out. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const { context = {}, routes = {}, variables = {} } = options;
  const folder = await bundleAll();
  const stacks = synthesize(folder, { homeRegion: HOME, probeRegions: REGIONS, ...context });
  const box = await startBox({ homeRegion: HOME, failuresQueue: () => account.failures.name });
  await createTables(dynamodbAt(box.dynamodb.url, HOME), tableNames);
  const account: Account = await deployStacks({
    box: withVariables(box, variables),
    stacks,
    bundleOf: async (name) => join(folder, "bundles", bundleName(name), "index.mjs"),
    insideAddresses: [`https://${API_ID}.execute-api.${HOME}.amazonaws.com`],
    routes: () => routes,
  });
  const consumed: Consumed[] = [];
  box.dynamodb.meter(consumed);
  return {
    box,
    account,
    stacks,
    tables: openTables(box),
    consumed,
    find(region, name) {
      const found = account.functions.get(`${region}/vigie-${name}`);
      if (found === undefined) throw new RangeError(`There is no function ${name} in ${region}.`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** One invocation, and what it took. */
export interface Invoked extends Invocation {
  /** As Lambda would bill it on a whole CPU. */
  wallMs: number;
  /** CPU of the function's process since its last invocation; of the first, its start is a part. */
  cpuMs: number;
  calls: Call[];
  consumed: Consumed[];
  /** Bytes it logged. */
  loggedBytes: number;
}

const cpuBefore = new WeakMap<DeployedFunction, number>();

/**
 * Invokes a function, one invocation at a time: it has one environment.
 * @throws Error when it does not answer
 */
export async function invoke(
  installation: Installation,
  deployed: DeployedFunction,
  event: unknown,
): Promise<Invoked> {
  const { box, consumed } = installation;
  const consumedBefore = consumed.length;
  const { name, region } = deployed;
  const loggedBefore = deployed.output().length;
  const begun = performance.now();
  const invocation = await deployed.invoke(event);
  const wallMs = performance.now() - begun;
  const { outcome } = invocation;
  if (outcome.kind !== "answered")
    throw new Error(`${name} did not answer: ${JSON.stringify(outcome)}\n${deployed.output()}`);
  const cpuMs = outcome.usage.cpuMs - (cpuBefore.get(deployed) ?? 0);
  cpuBefore.set(deployed, outcome.usage.cpuMs);
  return {
    ...invocation,
    wallMs,
    cpuMs,
    calls: box.calls({ invocation: invocation.requestId }),
    consumed: consumed
      .slice(consumedBefore)
      .filter(({ caller }) => caller.name === name && caller.region === region),
    loggedBytes: deployed.output().length - loggedBefore,
  };
}
