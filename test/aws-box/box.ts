/** AWS on loopback, as far as Vigie uses it: one server, and processes of functions around it. */
import { type Guard, makeGuard } from "./account/guard.ts";
import { type BoxClock, makeClock } from "./clock.ts";
import { makeReceive } from "./counter.ts";
import { type Door, openDoor } from "./door.ts";
import { type Faults, makeFaults } from "./faults.ts";
import { type Call, matches, type Where } from "./log.ts";
import { type DeployedFunction, deploy, type FunctionOptions } from "./runner/deployed.ts";
import { makeApiGateway } from "./services/api-gateway.ts";
import { type Dynamodb, startDynamodb } from "./services/dynamodb.ts";
import { type Influxdb, type InfluxOptions, makeInfluxdb } from "./services/influxdb.ts";
import { type Lambda, makeLambda } from "./services/lambda.ts";
import { makeSecrets } from "./services/secrets.ts";
import { makeSns, type Sns } from "./services/sns.ts";
import { makeTimestream, type Timestream, type TimestreamOptions } from "./services/timestream.ts";
import { makeWeb, type Web } from "./services/web.ts";
import { makeSqs, type Sqs } from "./sqs/stand-in.ts";
import type { Caller } from "./wire.ts";

export interface BoxOptions {
  /** Where the tables, the topics and the API are. */
  homeRegion?: string;
  /** Which queue of home the API's failures route writes to; `failures` by default. */
  failuresQueue?(): string;
  timestream?: Omit<TimestreamOptions, "region">;
  influxdb?: InfluxOptions;
  /** In Secrets Manager. */
  secrets?: Record<string, string>;
}

export interface Box extends AsyncDisposable {
  homeRegion: string;
  clock: BoxClock;
  /** The test's own door, `http://127.0.0.1:port`: no credentials are refused, and the log says `test`. */
  url: string;
  /** In order of arrival; those that fit. */
  calls(where?: Where): Call[];
  faults: Faults;
  guard: Guard;
  sqs: Sqs;
  sns: Sns;
  lambda: Lambda;
  timestream: Timestream;
  influxdb: Influxdb;
  dynamodb: Dynamodb;
  web: Web;
  /** Makes a function known to Lambda; its processes start when it is invoked. */
  deploy(options: FunctionOptions): DeployedFunction;
}

export const HEARTBEAT_PATH = "/heartbeat/0123456789abcdef";
export const HEALTH_PATH = "/healthz";
export const HOME_REGION = "eu-central-1";

const keyOf = ({ name, region, process }: Caller): string => `${name}@${region}#${process}`;

async function startServices(clock: BoxClock, options: BoxOptions) {
  const { homeRegion = HOME_REGION, failuresQueue = () => "failures" } = options;
  const sqs = makeSqs(clock);
  return {
    sqs,
    sns: makeSns(clock),
    lambda: makeLambda(),
    timestream: makeTimestream(clock, { tables: [], ...options.timestream, region: homeRegion }),
    influxdb: makeInfluxdb(options.influxdb),
    dynamodb: await startDynamodb(homeRegion),
    web: makeWeb([HEARTBEAT_PATH, HEALTH_PATH]),
    apiGateway: makeApiGateway(clock, homeRegion, () => sqs.queue(homeRegion, failuresQueue())),
    secrets: makeSecrets(options.secrets ?? {}),
  };
}

/** Starts the box; everything in it, processes included, ends with it. */
export async function startBox(options: BoxOptions = {}): Promise<Box> {
  const clock = makeClock();
  const faults = makeFaults();
  const guard = makeGuard();
  const calls: Call[] = [];
  const busy = new Map<string, string>();
  const processes = new Map<string, () => void>();
  const { apiGateway, secrets, ...services } = await startServices(clock, options);
  const receive = makeReceive({
    clock,
    faults,
    guard,
    calls,
    services: [...Object.values(services), apiGateway, secrets],
    invocationOf: (caller) => busy.get(keyOf(caller)) ?? "",
    kill: (caller) => processes.get(keyOf(caller))?.(),
  });
  const open = (caller: Caller): Promise<Door> => openDoor(caller, receive);
  const own = await open({ name: "test", region: "", process: 0 });
  const functions: DeployedFunction[] = [];
  return {
    homeRegion: options.homeRegion ?? HOME_REGION,
    clock,
    url: own.url,
    calls: (where = {}) => calls.filter((call) => matches(where, call)),
    faults,
    guard,
    ...services,
    deploy(described) {
      services.lambda.create(described.region, described.name);
      const deployed = deploy(
        {
          clock,
          openDoor: open,
          busy: (caller, requestId) => busy.set(keyOf(caller), requestId ?? ""),
          introduce: (caller, kill) => processes.set(keyOf(caller), kill),
        },
        described,
      );
      functions.push(deployed);
      return deployed;
    },
    async [Symbol.asyncDispose]() {
      faults.endAll();
      await Promise.all(functions.map((deployed) => deployed[Symbol.asyncDispose]()));
      await own[Symbol.asyncDispose]();
      await services.dynamodb[Symbol.asyncDispose]();
    },
  };
}
