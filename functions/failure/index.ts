/** AWS Lambda: judges what its queue brings, and delivers. Triggered by that queue, with partial batch responses. */
import { atEdge } from "../../lib/adapters/aws/edge.ts";
import { makeJudging } from "../../lib/adapters/aws/judging.ts";
import { parseFailureEnv } from "./env.ts";
import { makeQueueHandle } from "./queue.ts";

/** Younger ones wait for a gate or for another function: they are no news. */
const WORTH_TELLING_S = 60;

const { deps, metric, tell } = makeJudging("failure", parseFailureEnv(process.env));

const handle = makeQueueHandle({
  ...deps,
  onLeft(oldestAt) {
    const ageS = (deps.clock.now() - oldestAt) / 1_000;
    if (ageS > WORTH_TELLING_S) metric("OldestUnsentSeconds", ageS);
  },
});

export const handler = atEdge(handle, tell);
