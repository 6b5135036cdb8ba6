/** AWS Lambda: writes what waited in the region's metrics queue. Triggered by that queue, with partial batch responses. */
import { Logger } from "@aws-lambda-powertools/logger";
import { makeAwsSinks } from "../../lib/adapters/metrics/aws-sinks.ts";
import { readMetrics } from "../../lib/adapters/sqs/metrics-message.ts";
import { VigieError } from "../../lib/core/errors.ts";
import { parseReplayEnv } from "./env.ts";
import { makeHandle } from "./handle.ts";

const logger = new Logger({ serviceName: "replay" });

export const handler = makeHandle({
  read: readMetrics,
  sinks: makeAwsSinks(parseReplayEnv(process.env), (message) => logger.warn(message)),
  onFault(error, messageId) {
    const code = error instanceof VigieError ? error.code : "internal";
    logger.error(error instanceof Error ? error.message : String(error), { code, messageId });
  },
});
