/**
 * How long it takes until somebody is told: from the end of the check that completes the quorum, by way of the API, the
 * queue and a failure function that has to be started first, to the message at SNS.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { bareEndpoint } from "../../lib/core/endpoint/bare.ts";
import { deliver } from "../aws-box/mapping.ts";
import { type BenchResult, type BenchRow, median } from "./bench.ts";
import { HOME, type Installation, REGIONS, startInstallation } from "./support/installation.ts";
import { seedShard } from "./support/seed.ts";
import { delayCalls, nextMinute } from "./support/work.ts";
import { seedOks } from "./support/world.ts";

export const title = "from the end of the check that completes the quorum to the message at SNS";

const CALL_MS = 20;
const RUNS = 5;
const RUNS_HANGING = 3;
const ENDPOINTS = 100;
const SHARD = "minutes-1";
const LIMIT_MS = 1_500;
const PATIENCE_MS = 30_000;
/** Before an outage all was well for so long. */
const WELL_MS = 15 * 60_000;
const MINUTE = 60_000;
const ANSWERING = "8.8.8.8";
const HANGING = "8.8.4.4";
const [, SECOND = ""] = REGIONS;

interface Website {
  server: Server;
  /** Path that is down now. */
  down: string;
  /** When it was last said so, by `performance`. */
  toldAt: number;
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a TCP address");
  return address.port;
}

function makeWebsite(): Website {
  const website: Website = {
    down: "",
    toldAt: 0,
    server: createServer(({ url }, response) => {
      response.statusCode = url === website.down ? 503 : 200;
      response.end("hello", () => {
        if (url === website.down) website.toldAt = performance.now();
      });
    }),
  };
  return website;
}

/** A try that failed is repeated soon, so that this does not take all day: what is timed begins with the last one. */
const site = (i: number) =>
  bareEndpoint(`site-${i}`, `http://${ANSWERING}/${i}`, { org: "default", alert: { retryWaitsMs: [100] } });
const hangs = bareEndpoint("a-hangs", `http://${HANGING}/`, { org: "default", alert: { retries: 0 } });
const sites = Array.from({ length: ENDPOINTS }, (_, i) => site(i));

const eventFor = (scheduledAt: number) => ({
  v: 1,
  shard: { id: SHARD, version: "1", rounds: false },
  scheduledAt,
});

/** Nobody is in a slow lane: all of the shard is checked by one invocation, whatever it found before. */
async function clearLanes({ tables: { config } }: Installation): Promise<void> {
  for (const region of REGIONS) await config.remove({ pk: `SLOW#${region}#${SHARD}`, sk: "-" });
}

/** Messages that wait for somebody's gate are none. */
const isWaiting = ({ box, account }: Installation): boolean =>
  (account.failures.nextAt() ?? Number.POSITIVE_INFINITY) <= box.clock.now();

/**
 * Brings what comes into the queue to the failure function, until something has happened.
 * @throws Error when it does not
 */
async function pump(installation: Installation, happened: () => boolean): Promise<void> {
  const { account, find } = installation;
  const from = performance.now();
  while (!happened()) {
    if (performance.now() - from > PATIENCE_MS)
      throw new Error(`Nobody was told: ${find(HOME, "failure").output()}`);
    await sleep(isWaiting(installation) ? CALL_MS : 5); // the poller's own call
    await deliver(account.failures, find(HOME, "failure"), { concurrency: 1 });
  }
}

/** One website goes down: the first region posts it, and the second one's post has to be told. */
async function detectMs(installation: Installation, website: Website, path: string): Promise<number> {
  const { box, find } = installation;
  await clearLanes(installation);
  box.clock.advance(WELL_MS + MINUTE); // past what was before, and the grouping of the last message
  const at = nextMinute(installation);
  await seedOks(installation, SHARD, [...sites, hangs], { since: at - WELL_MS, until: at });
  website.down = path;
  const posts = (): number => box.calls({ service: "execute-api" }).length;
  const postsBefore = posts();
  const first = find(HOME, "probe").invoke(eventFor(at));
  await pump(installation, () => posts() > postsBefore && !isWaiting(installation));
  await find(HOME, "failure").chill();
  const before = box.sns.published.length;
  const told = () =>
    box.sns.published.slice(before).find(({ message }) => message.includes(`${ANSWERING}${path}`));
  const second = find(SECOND, "probe").invoke(eventFor(at));
  await pump(installation, () => told() !== undefined);
  const ms = (told()?.at ?? Number.NaN) - (box.clock.now() - (performance.now() - website.toldAt));
  website.down = "";
  await Promise.all([first, second]);
  return ms;
}

async function many(installation: Installation, website: Website, paths: readonly string[]) {
  const found: number[] = [];
  for (const path of paths) found.push(await detectMs(installation, website, path));
  return found;
}

const paths = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `/${from + i}`);

const row = (what: string, found: readonly number[]): BenchRow[] => [
  { what: `${what}, median`, value: median(found), unit: "ms", limit: LIMIT_MS },
  { what: `${what}, longest`, value: Math.max(...found), unit: "ms" },
];

async function measure(installation: Installation, website: Website): Promise<BenchRow[]> {
  const { config } = installation.tables;
  delayCalls(installation, { near: CALL_MS, far: CALL_MS });
  await seedShard(config, SHARD, sites);
  await detectMs(installation, website, "/0"); // starts the probes
  const alone = await many(installation, website, paths(1, RUNS));
  await seedShard(config, SHARD, [...sites, hangs]);
  for (const region of REGIONS) await installation.find(region, "probe").chill(); // they keep their lists
  await detectMs(installation, website, "/0");
  const beside = await many(installation, website, paths(1 + RUNS, RUNS_HANGING));
  return [...row("told", alone), ...row("told, while another one hangs", beside)];
}

export async function run(): Promise<BenchResult> {
  const website = makeWebsite();
  const held = new Set<Socket>();
  const mute = createTcpServer((socket) => held.add(socket.on("error", () => socket.destroy())));
  const routes = {
    [`${ANSWERING}:80`]: `127.0.0.1:${await portOf(website.server)}`,
    [`${HANGING}:80`]: `127.0.0.1:${await portOf(mute)}`,
  };
  try {
    await using installation = await startInstallation({
      context: { probe: { canaries: [`http://${ANSWERING}/canary`] } },
      routes,
    });
    return {
      rows: await measure(installation, website),
      notes: [
        `Every call of AWS takes ${CALL_MS} ms; the failure function is started anew each time; ${ENDPOINTS} endpoints in the shard, ${RUNS} and ${RUNS_HANGING} outages. Failures are found within the first second of a tick, when they have to wait for the next round of canaries: after the default repeats they do not. What SNS and the mail take comes on top.`,
      ],
    };
  } finally {
    for (const socket of held) socket.destroy();
    website.server.close();
    mute.close();
  }
}
