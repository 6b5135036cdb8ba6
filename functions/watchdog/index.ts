/** AWS Lambda: looks at who is in trouble. Invoked by a schedule, every minute. */
import { atEdge } from "../../lib/adapters/aws/edge.ts";
import { makeJudging } from "../../lib/adapters/aws/judging.ts";
import { makeHeartbeat } from "../../lib/adapters/heartbeat/post.ts";
import { parseWatchdogEnv } from "./env.ts";
import { makeRun } from "./run.ts";

const HEARTBEAT_TIMEOUT_MS = 5_000;

const settings = parseWatchdogEnv(process.env);
const { deps, handOn, metric, tell } = makeJudging("watchdog", settings);
const url = settings.HEARTBEAT_URL;

const run = makeRun({
  ...deps,
  handOn,
  metric,
  ...(url === undefined ? {} : { heartbeat: makeHeartbeat({ url, timeoutMs: HEARTBEAT_TIMEOUT_MS }) }),
});

export const handler = atEdge(run, tell);
