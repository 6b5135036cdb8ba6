/** Vigie as `cdk deploy` lays it out, in the box: tests move its time on, and look at what people would see. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { Endpoint } from "../../../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint } from "../../../../lib/core/endpoint/schema.ts";
import type { DeployedFunction as Deployed } from "../../../../lib/infra/names.ts";
import { type Account, deployStacks } from "../../../aws-box/account/deploy-stacks.ts";
import type { Stack } from "../../../aws-box/account/template.ts";
import { type Box, startBox } from "../../../aws-box/box.ts";
import { deliver, forwardToNext, type MappingOptions } from "../../../aws-box/mapping.ts";
import type { DeployedFunction, Invocation } from "../../../aws-box/runner/deployed.ts";
import type { Queue } from "../../../aws-box/sqs/queue.ts";
import { dynamodbAt, tableNames } from "../../../aws-box/tables.ts";
import { API_ID } from "../../../aws-box/wire.ts";
import { createTables } from "../../../support/dynamo-tables.ts";
import { type ContextName, HEARTBEAT, INFLUX, REGIONS } from "./contexts.ts";
import { type Internet, makeInternet } from "./internet.ts";
import { openStores, type Stores } from "./stores.ts";

export const ORG = "default";
export const MINUTE = 60_000;

export type FunctionName = Deployed;

export interface InstallationOptions {
  context?: ContextName;
  /** Endpoints in a shard at most. */
  shardSize?: number;
  /** Shorter limits than the stacks', ms of real time: `{ dispatch: 3_000 }`. */
  limitsMs?: Partial<Record<FunctionName, number>>;
}

export interface Installation extends AsyncDisposable {
  box: Box;
  internet: Internet;
  account: Account;
  /** The tables by their adapters, past the box's faults and log. */
  stores: Stores;
  /** In home's region where none is given. */
  function(name: FunctionName, region?: string): DeployedFunction;
  /** By the name in its stack: `ProbeForward`, `VigieFailures`. */
  queue(name: string, region?: string): Queue;
  /** Creates endpoints as people write them; `url` is the site of the same name when it isn't given. */
  watch(...written: ({ id: string } & Record<string, unknown>)[]): Promise<Endpoint[]>;
  /**
   * The next minute begins: dispatch runs in these regions (all by default), and every probe that it invokes.
   * `afterMs`: how late it starts; the regions of a minute that began already are ticked with it, too.
   */
  tick(regions?: readonly string[], afterMs?: number): Promise<Invocation[]>;
  /** The schedules of the minute that began last come once more. */
  tickAgain(): Promise<Invocation[]>;
  /** Asynchronous invocations that wait, and those that they make. */
  runInvoked(): Promise<Invocation[]>;
  /** Delivers what is in the queues until nothing is visible; goes forward through delays of so many ms. */
  settle(forMs?: number, mapping?: MappingOptions): Promise<Invocation[]>;
  /** The watchdog's minute, and what it hands on. */
  watchdog(): Promise<Invocation[]>;
  /** The hour's rollup is planned. */
  rollup(): Promise<Invocation[]>;
  /** So many whole minutes: ticks, queues, watchdog, and what it hands on. */
  minutes(count: number): Promise<Invocation[]>;
}

// written by setup.ts
const stacksOf = (context: ContextName): Stack[] =>
  JSON.parse(readFileSync(join(inject("deployed"), `${context}.json`), "utf8")) as Stack[];

/** `vigie-probe-slow` runs the probe's bundle. */
const bundleOf = async (name: string): Promise<string> =>
  join(inject("deployed"), "bundles", name.replace("vigie-", "").replace("probe-slow", "probe"), "index.mjs");

async function layOut(
  { context = "plain", limitsMs = {} }: InstallationOptions,
  internet: Internet,
): Promise<[Box, Account]> {
  const stacks = stacksOf(context);
  const box = await startBox({
    failuresQueue: () => account.failures.name,
    timestream: { tables: ["vigie/checks"] },
    secrets: { "vigie-influx": "token" },
  });
  const account = await deployStacks({
    box,
    stacks,
    bundleOf,
    insideAddresses: [`https://${API_ID}.execute-api.${box.homeRegion}.amazonaws.com`, HEARTBEAT, INFLUX],
    routes: internet.routes,
    limitsMs: new Map(Object.entries(limitsMs).map(([name, ms]) => [`vigie-${name}`, ms])),
  });
  return [box, account];
}

/** Every minute's schedules: `dispatch` in each region, `watchdog` at home. */
const everyMinute = ({ schedules }: Account, name: string, regions: readonly string[]) =>
  schedules.filter(({ deployed, region }) => deployed.name === name && regions.includes(region));

/** Everything deployed, nothing watched yet. Ends with an error when a function was refused a call by its policy. */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  const { shardSize = 500 } = options;
  const internet = await makeInternet(REGIONS);
  const [box, account] = await layOut(options, internet);
  const admin = dynamodbAt(box.dynamodb.url, box.homeRegion);
  await createTables(admin, tableNames);
  const stores = openStores(admin, box.clock, shardSize);
  const queues = account.mappings.map(({ queue }) => queue);

  const functionOf = (name: string, region = box.homeRegion): DeployedFunction => {
    const found = account.functions.get(`${region}/${name}`);
    if (found === undefined) throw new RangeError(`There is no function ${name} in ${region}.`);
    return found;
  };

  /** No retries: what failed goes where the function's configuration says. */
  async function invokeAsync(deployed: DeployedFunction, event: unknown): Promise<Invocation> {
    const invocation = await deployed.invoke(event);
    const lost = account.onFailure.get(`${deployed.region}/${deployed.name}`);
    if (invocation.outcome.kind !== "answered") lost?.send(JSON.stringify({ requestPayload: event }));
    return invocation;
  }

  async function runInvoked(): Promise<Invocation[]> {
    const invoked = box.lambda.takeInvoked();
    if (invoked.length === 0) return [];
    const done = invoked.map(({ name, region, payload }) => invokeAsync(functionOf(name, region), payload));
    return [...(await Promise.all(done)), ...(await runInvoked())];
  }

  async function runSchedule(name: string, at: number, regions: readonly string[]): Promise<Invocation[]> {
    const starts = everyMinute(account, name, regions).map(({ deployed, eventAt }) =>
      invokeAsync(deployed, eventAt(at)),
    );
    return [...(await Promise.all(starts)), ...(await runInvoked())];
  }

  async function deliverVisible(options: MappingOptions): Promise<Invocation[]> {
    const all = account.mappings.map(({ queue, deployed, batchSize }) =>
      deliver(queue, deployed, { batchSize, ...options }),
    );
    return [...(await Promise.all(all)).flat(), ...(await runInvoked())];
  }

  const installation: Installation = {
    box,
    internet,
    account,
    stores,
    function: (name, region) => functionOf(`vigie-${name}`, region),
    queue: (name, region = box.homeRegion) => box.sqs.queue(region, name),
    async watch(...written) {
      const endpoints = written.map((one) =>
        parseEndpoint({ url: internet.site(one.id), ...one }, { org: ORG, regions: REGIONS.length }),
      );
      for (const endpoint of endpoints) await stores.endpoints.put(endpoint, "api", null);
      return endpoints;
    },
    async tick(regions = REGIONS, afterMs = 0) {
      const scheduledAt = (Math.floor((box.clock.now() - afterMs) / MINUTE) + 1) * MINUTE;
      box.clock.forwardTo(scheduledAt + afterMs);
      return runSchedule("vigie-dispatch", scheduledAt, regions);
    },
    tickAgain: () => runSchedule("vigie-dispatch", Math.floor(box.clock.now() / MINUTE) * MINUTE, REGIONS),
    runInvoked,
    async settle(forMs = 0, mapping = {}) {
      const until = box.clock.now() + forMs;
      const done: Invocation[] = [];
      while (forwardToNext(box.clock, queues, Math.max(until, box.clock.now())))
        done.push(...(await deliverVisible(mapping)));
      return done;
    },
    async watchdog() {
      const at = Math.floor(box.clock.now() / MINUTE) * MINUTE;
      return [
        ...(await runSchedule("vigie-watchdog", at, [box.homeRegion])),
        ...(await installation.settle()),
      ];
    },
    rollup: () =>
      runSchedule("vigie-rollup", Math.floor(box.clock.now() / MINUTE) * MINUTE, [box.homeRegion]),
    async minutes(count) {
      const done: Invocation[] = [];
      for (let i = 0; i < count; i++)
        done.push(
          ...(await installation.tick()),
          ...(await installation.settle()),
          ...(await installation.watchdog()),
        );
      return done;
    },
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await internet[Symbol.asyncDispose]();
      admin.destroy();
      if (box.guard.denied.length > 0) throw new Error(`Refused by policy:\n${box.guard.denied.join("\n")}`);
    },
  };
  return installation;
}
