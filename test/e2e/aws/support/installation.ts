/** Vigie as `cdk deploy` lays it out, in the box: tests move its time on, and look at what people would see. */
import type { Endpoint } from "../../../../lib/core/endpoint/endpoint.ts";
import { parseEndpoint } from "../../../../lib/core/endpoint/schema.ts";
import { type Box, HOME_REGION, startBox } from "../../../aws-box/box.ts";
import { deliver, forwardToNext, type MappingOptions } from "../../../aws-box/mapping.ts";
import type { DeployedFunction, Invocation } from "../../../aws-box/runner/deployed.ts";
import type { Published } from "../../../aws-box/services/sns.ts";
import type { Queue } from "../../../aws-box/sqs/queue.ts";
import { dynamodbAt, tableNames } from "../../../aws-box/tables.ts";
import { createTables } from "../../../support/dynamo-tables.ts";
import { bundleOf } from "./bundles.ts";
import { type EnvironmentOf, environments, type Setting, type Sink, topicArnPrefix } from "./environments.ts";
import { type Internet, makeInternet } from "./internet.ts";
import { openStores, type Stores } from "./stores.ts";

export const ORG = "default";
export const REGIONS = [HOME_REGION, "us-east-1", "ap-southeast-2"] as const;
export const MINUTE = 60_000;

export interface InstallationOptions {
  regions?: readonly string[];
  sink?: Sink;
  shardSize?: number;
}

export interface Installation extends AsyncDisposable {
  box: Box;
  internet: Internet;
  /** The tables by their adapters, past the box's faults and log. */
  stores: Stores;
  /** By region; home's functions are under its region too. */
  function(name: string, region?: string): DeployedFunction;
  queue(name: string, region?: string): Queue;
  /** Creates endpoints as people write them; `url` is the site of the same name when it isn't given. */
  watch(...written: ({ id: string } & Record<string, unknown>)[]): Promise<Endpoint[]>;
  /** The next minute begins: dispatch runs in these regions (all by default), and every probe that it invokes. */
  tick(regions?: readonly string[]): Promise<Invocation[]>;
  /** Asynchronous invocations that wait, and those that they make. */
  runInvoked(): Promise<Invocation[]>;
  /** Delivers what is in the queues, until nothing is visible; goes forward through delays of so many ms. */
  settle(forMs?: number, options?: MappingOptions): Promise<Invocation[]>;
  watchdog(): Promise<Invocation>;
  /** So many whole minutes: ticks, queues, watchdog, and what it hands on. */
  minutes(count: number): Promise<void>;
  sent(): readonly Published[];
}

/** As the stacks have it (lib/infra): how long a message is hidden, and how often it is tried. */
const AGAIN_AFTER_MS = 90_000;
const TRIES = 5;

function createQueue(box: Box, region: string, name: string): Queue {
  const dead = box.sqs.create({ region, name: `${name}-dead` });
  return box.sqs.create({
    region,
    name,
    visibilityMs: AGAIN_AFTER_MS,
    deadLetters: { queue: dead, maxReceives: TRIES },
  });
}

const bundleName = (name: string): string => (name === "probe-slow" ? "probe" : name);

async function deployAll(box: Box, internet: Internet, setting: Setting) {
  const functions = new Map<string, DeployedFunction>();
  const deploy = async (name: string, region: string, environmentOf: EnvironmentOf) => {
    const bundle = await bundleOf(bundleName(name));
    const env = (door: string) => environmentOf(setting, door, region);
    functions.set(`${region}/${name}`, box.deploy({ name, region, bundle, env, routes: internet.routes(region) }));
  };
  for (const [name, environmentOf] of Object.entries(environments.home))
    await deploy(name, setting.homeRegion, environmentOf);
  const perRegion = { ...environments.region, ...(setting.sink !== "none" && environments.sink) };
  for (const region of setting.regions)
    for (const [name, environmentOf] of Object.entries(perRegion)) await deploy(name, region, environmentOf);
  return functions;
}

/** Which function a queue feeds, and how many messages at a time. */
const consumers: Record<string, { name: string; batchSize: number }> = {
  failures: { name: "failure", batchSize: 10 },
  rollup: { name: "rollup", batchSize: 1 },
  forward: { name: "forward", batchSize: 10 },
  rounds: { name: "probe", batchSize: 1 },
  metrics: { name: "replay", batchSize: 1 },
};

function createQueues(box: Box, { homeRegion, regions, sink }: Setting): Queue[] {
  const home = ["failures", "rollup"].map((name) => createQueue(box, homeRegion, name));
  const names = ["forward", "rounds", ...(sink === "none" ? [] : ["metrics"])];
  for (const region of regions) box.sqs.create({ region, name: "unprobed" });
  return [...home, ...regions.flatMap((region) => names.map((name) => createQueue(box, region, name)))];
}

/** Everything deployed, nothing watched yet. */
export async function install(options: InstallationOptions = {}): Promise<Installation> {
  const { regions = REGIONS, sink = "none", shardSize = 500 } = options;
  const box = await startBox({ timestream: { tables: ["vigie/checks"] } });
  const admin = dynamodbAt(box.dynamodb.url, box.homeRegion);
  await createTables(admin, tableNames);
  const internet = await makeInternet(regions);
  const setting: Setting = { homeRegion: box.homeRegion, regions, canary: internet.canary, sink, shardSize };
  box.sns.createTopic(topicArnPrefix(box.homeRegion) + ORG);
  const queues = createQueues(box, setting);
  const functions = await deployAll(box, internet, setting);
  const stores = openStores(admin, { clock: box.clock, regions, shardSize });

  const functionOf = (name: string, region = box.homeRegion): DeployedFunction => {
    const found = functions.get(`${region}/${name}`);
    if (found === undefined) throw new RangeError(`There is no function ${name} in ${region}.`);
    return found;
  };

  async function runInvoked(): Promise<Invocation[]> {
    const invoked = box.lambda.takeInvoked();
    if (invoked.length === 0) return [];
    const done = await Promise.all(
      invoked.map(async ({ name, region, payload }) => {
        const invocation = await functionOf(name, region).invoke(payload);
        // no retries: the destination on failure has it
        if (invocation.outcome.kind !== "answered") box.sqs.queue(region, "unprobed").send(JSON.stringify(payload));
        return invocation;
      }),
    );
    return [...done, ...(await runInvoked())];
  }

  async function deliverVisible(mapping: MappingOptions): Promise<Invocation[]> {
    const all = await Promise.all(
      queues.map(async (queue) => {
        const consumer = consumers[queue.name];
        if (consumer === undefined) return [];
        const { name, batchSize } = consumer;
        return deliver(queue, functionOf(name, queue.region), { batchSize, ...mapping });
      }),
    );
    return [...all.flat(), ...(await runInvoked())];
  }

  const installation: Installation = {
    box,
    internet,
    stores,
    function: functionOf,
    queue: (name, region = box.homeRegion) => box.sqs.queue(region, name),
    async watch(...written) {
      const endpoints = written.map((one) =>
        parseEndpoint({ url: internet.site(one.id), ...one }, { org: ORG, regions: regions.length }),
      );
      for (const endpoint of endpoints) await stores.endpoints.put(endpoint, "api", null);
      return endpoints;
    },
    async tick(ticking = regions) {
      const scheduledAt = (Math.floor(box.clock.now() / MINUTE) + 1) * MINUTE;
      box.clock.forwardTo(scheduledAt);
      const event = { scheduledAt: new Date(scheduledAt).toISOString() };
      const dispatched = await Promise.all(
        ticking.map((region) => functionOf("dispatch", region).invoke(event)),
      );
      return [...dispatched, ...(await runInvoked())];
    },
    runInvoked,
    async settle(forMs = 0, mapping = {}) {
      const until = box.clock.now() + forMs;
      const done: Invocation[] = [];
      while (forwardToNext(box.clock, queues, Math.max(until, box.clock.now())))
        done.push(...(await deliverVisible(mapping)));
      return done;
    },
    watchdog: () => functionOf("watchdog").invoke({ scheduledAt: new Date(box.clock.now()).toISOString() }),
    async minutes(count) {
      for (let i = 0; i < count; i++) {
        await installation.tick();
        await installation.settle();
        await installation.watchdog();
        await installation.settle();
      }
    },
    sent: () => box.sns.published,
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await internet[Symbol.asyncDispose]();
      admin.destroy();
    },
  };
  return installation;
}
