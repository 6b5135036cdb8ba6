/** AWS Lambda: writes what waited in the region's metrics queue. Triggered by that queue, with partial batch responses. */
import { atEdge } from "../../lib/adapters/aws/edge.ts";
import { makeFaultLog } from "../../lib/adapters/aws/fault-log.ts";
import { makeAwsSinks } from "../../lib/adapters/metrics/aws-sinks.ts";
import { readMetrics } from "../../lib/adapters/sqs/metrics-message.ts";
import { systemClock as clock } from "../../lib/adapters/system-clock.ts";
import { VigieError } from "../../lib/core/errors.ts";
import { parseReplayEnv } from "./env.ts";
import { makeHandle } from "./handle.ts";

const log = makeFaultLog("replay", { clock });

const handle = makeHandle({
  read: readMetrics,
  sinks: makeAwsSinks(parseReplayEnv(process.env), (message) =>
    log(new VigieError("record_rejected", message), { what: "write to a metrics sink" }),
  ),
  onFault: (error, messageId) => log(error, { what: "replay of measurements", messageId }),
});

export const handler = atEdge(handle, log);
